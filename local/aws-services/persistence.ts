import type { DatabaseSync } from 'node:sqlite';
import { ACCOUNT_ID, PersistenceManager, type S3Store, type SnsStore, type SqsStore } from './fauxqs.ts';

export interface Persistence {
  /** Addresses that were unsubscribed, see `email-subscriptions.ts`. */
  unsubscribed: Set<string>;
  /**
   * Writes all changes since the last commit to disk. Call it before each response is sent.
   *
   * @throws Error with code `DATA_DIR_NOT_WRITTEN`, for example on a full disk. SQLite has then rolled the changes
   *   back, while memory still contains them; only a restart makes both equal again.
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
 * Keeps queues, topics, subscriptions and objects in `dataDir` (SQLite), and loads those of earlier runs.
 *
 * fauxqs commits each row by itself, so a crash between two rows of one action loses or duplicates a message: the
 * move to a dead-letter queue is a delete and an insert. Here a transaction is always open and is committed before a
 * response is sent. Each acknowledged action is on disk, any other is there completely or not at all, and a batch
 * needs one commit.
 *
 * @param endpoint Current endpoint of the services, with which queue URLs begin.
 * @throws Error with code `DATA_DIR_IN_USE` if another process uses the directory
 */
export function openPersistence(dataDir: string, endpoint: string, stores: Stores): Persistence {
  const { sqsStore, snsStore, s3Store } = stores;
  const manager = openManager(dataDir);
  const { db } = manager as unknown as { db: DatabaseSync };

  const makeReady = db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  Object.assign(manager, {
    // The statement of fauxqs sets the receive count to NULL, which violates the table's constraint.
    updateMessageReady: (messageId: string) => makeReady.run(messageId),
    // SQLite has no nested transactions, and one is always open.
    transaction: (work: () => void) => work(),
  });

  db.exec('BEGIN');
  db.prepare("UPDATE sqs_queues SET url = ? || '/' || ? || '/' || name").run(endpoint, ACCOUNT_ID);
  // Loading calls the stores' create methods. With persistence set before, these would overwrite the rows that are
  // being loaded.
  manager.load(sqsStore, snsStore, s3Store);
  for (const store of [sqsStore, snsStore, s3Store, ...sqsStore.allQueues()]) store.persistence = manager;

  return {
    unsubscribed: openSet(db),
    commit() {
      try {
        db.exec('COMMIT');
        db.exec('BEGIN');
      } catch (cause) {
        const message = `data directory ${dataDir}: cannot be written (${(cause as Error).message}), free disk space or check its permissions; acknowledged messages are safe in it`;
        throw Object.assign(new Error(message, { cause }), { code: 'DATA_DIR_NOT_WRITTEN' });
      }
    },
    close() {
      db.exec('COMMIT');
      manager.close();
    },
  };
}

/** Opens a persistent set of unsubscribed addresses, which fauxqs does not keep. */
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
    // The lock, which the first write acquires, prevents two processes from using one directory with different memory.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT');
    return manager;
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    const message = `data directory ${dataDir}: another process is using it, stop that process or choose another directory`;
    throw Object.assign(new Error(message, { cause: error }), { code: 'DATA_DIR_IN_USE' });
  }
}
