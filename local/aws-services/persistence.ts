import type { DatabaseSync } from 'node:sqlite';
import { ACCOUNT_ID, PersistenceManager, type S3Store, type SnsStore, type SqsStore } from './fauxqs.ts';

export interface Persistence {
  /** What the embedded SNS remembers of e-mail subscriptions that were ended, see `email-subscriptions.ts`. */
  unsubscribed: Set<string>;
  /**
   * Makes everything since the last commit last. To be called before an answer leaves.
   *
   * @throws Error with code `DATA_DIR_NOT_WRITTEN`, on a full disk: what memory holds is then ahead of the disk for good, since
   * SQLite takes a transaction back that it cannot commit. Only a start from the disk makes them one again.
   */
  commit(): void;
  close(): void;
}

interface Stores {
  sqsStore: SqsStore;
  snsStore: SnsStore;
  s3Store: S3Store;
}

const SQLITE_BUSY = 5;

/**
 * Keeps queues, topics, subscriptions and objects in `dataDir` (SQLite), and loads what is there.
 *
 * fauxqs commits each row by itself, so a crash between two rows of one action loses or doubles a message (the move to
 * a dead-letter queue is a delete and an insert). Here a transaction is always open and ends before an answer leaves:
 * what was acknowledged is on disk, what was not is there whole or not at all, and a batch costs one commit.
 *
 * @param endpoint where the services listen now; queue URLs follow it
 * @throws DATA_DIR_IN_USE when another process holds the directory
 */
export function openPersistence(dataDir: string, endpoint: string, stores: Stores): Persistence {
  const { sqsStore, snsStore, s3Store } = stores;
  const manager = openManager(dataDir);
  const { db } = manager as unknown as { db: DatabaseSync };

  const makeReady = db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  Object.assign(manager, {
    // fauxqs' own statement sets the receive count to NULL, which the table refuses.
    updateMessageReady: (messageId: string) => makeReady.run(messageId),
    // SQLite has no transaction within a transaction, and one is always open.
    transaction: (work: () => void) => work(),
  });

  db.exec('BEGIN');
  db.prepare("UPDATE sqs_queues SET url = ? || '/' || ? || '/' || name").run(endpoint, ACCOUNT_ID);
  // Loading goes through the stores' own create calls: wired before, they would replace, and so delete, what they load.
  manager.load(sqsStore, snsStore, s3Store);
  for (const store of [sqsStore, snsStore, s3Store, ...sqsStore.allQueues()]) store.persistence = manager;

  return {
    unsubscribed: openSet(db),
    commit() {
      try {
        db.exec('COMMIT');
        db.exec('BEGIN');
      } catch (cause) {
        const message = `data directory: must be writable, ${dataDir} is not (${(cause as Error).message}); what was acknowledged is in it`;
        throw Object.assign(new Error(message, { cause }), { code: 'DATA_DIR_NOT_WRITTEN' });
      }
    },
    close() {
      db.exec('COMMIT');
      manager.close();
    },
  };
}

/** A set in a table of its own: fauxqs has none for what is no longer there. */
function openSet(db: DatabaseSync): Set<string> {
  db.exec('CREATE TABLE IF NOT EXISTS unsubscribed (reader TEXT PRIMARY KEY)');
  const insert = db.prepare('INSERT OR IGNORE INTO unsubscribed (reader) VALUES (?)');
  const remove = db.prepare('DELETE FROM unsubscribed WHERE reader = ?');
  class KeptSet extends Set<string> {
    override add(reader: string): this {
      insert.run(reader);
      return super.add(reader);
    }
    override delete(reader: string): boolean {
      remove.run(reader);
      return super.delete(reader);
    }
  }
  const rows = db.prepare('SELECT reader FROM unsubscribed').all() as { reader: string }[];
  return new KeptSet(rows.map(({ reader }) => reader));
}

function openManager(dataDir: string): PersistenceManager {
  try {
    const manager = new PersistenceManager(dataDir);
    const { db } = manager as unknown as { db: DatabaseSync };
    // Two processes on one directory would each answer from their own memory. The lock is taken by the first write.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT');
    return manager;
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    const message = `data directory: only one process may use it at a time, and another is using ${dataDir}`;
    throw Object.assign(new Error(message, { cause: error }), { code: 'DATA_DIR_IN_USE' });
  }
}
