import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Values by key, on disk if the cloud has a data directory. Services keep their values in memory and write changes here. */
export interface StoredMap<Value> {
  set(key: string, value: Value): void;
  delete(key: string): void;
  /** Removes all values. */
  clear(): void;
  /** Reads the values of an earlier run, in the order in which their keys were first set. */
  entries(): Iterable<[string, Value]>;
}

/** Storage of the services' values across restarts and crashes. */
export interface Storage {
  /** Opens a map of values that JSON can represent. @param name Letters and underscores, unique among all maps. */
  map<Value>(name: string): StoredMap<Value>;
  /** Opens a map of bytes. @param name Letters and underscores, unique among all maps. */
  blobs(name: string): StoredMap<Uint8Array>;
  /**
   * Writes all changes since the last commit to disk. Call it before each response is sent.
   *
   * @throws Error with code `DATA_DIR_NOT_WRITTEN`, for example on a full disk. SQLite has then rolled the changes
   *   back, while memory still contains them; only a restart makes both equal again.
   */
  commit(): void;
  close(): void;
}

const SQLITE_BUSY = 5;

/** Opens storage that keeps nothing. */
export function openMemoryStorage(): Storage {
  const nothing = { set() {}, delete() {}, clear() {}, entries: () => [] };
  return { map: () => nothing, blobs: () => nothing, commit() {}, close() {} };
}

/**
 * Opens storage in a directory: one SQLite database with a table per map. A transaction is always open and is committed
 * before a response is sent. So each acknowledged action is on disk, and any other is there completely or not at all.
 * A batch needs one commit.
 *
 * @throws Error with code `DATA_DIR_IN_USE` if another process uses the directory, `DATA_DIR_OUTDATED` if an earlier version
 *   wrote it
 */
export function openStorage(dataDir: string): Storage {
  refuseFormerVersion(dataDir);
  const db = openDatabase(dataDir);
  db.exec('BEGIN');

  function open<Value, Row extends string | Uint8Array>(
    name: string,
    type: 'TEXT' | 'BLOB',
    toRow: (value: Value) => Row,
    fromRow: (row: Row) => Value,
  ): StoredMap<Value> {
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${name} (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value ${type} NOT NULL)`,
    );
    const upsert = db.prepare(
      `INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    );
    const remove = db.prepare(`DELETE FROM ${name} WHERE key = ?`);
    const removeAll = db.prepare(`DELETE FROM ${name}`);
    const select = db.prepare(`SELECT key, value FROM ${name} ORDER BY id`);
    return {
      set: (key, value) => void upsert.run(key, toRow(value)),
      delete: (key) => void remove.run(key),
      clear: () => void removeAll.run(),
      *entries() {
        for (const { key, value } of select.iterate()) yield [String(key), fromRow(value as Row)];
      },
    };
  }

  return {
    map: <Value>(name: string) =>
      open<Value, string>(
        name,
        'TEXT',
        (value) => JSON.stringify(value),
        (row) => JSON.parse(row),
      ),
    blobs: (name) =>
      open<Uint8Array, Uint8Array>(
        name,
        'BLOB',
        (value) => value,
        (row) => row,
      ),
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
      db.close();
    },
  };
}

function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const db = new DatabaseSync(join(dataDir, 'services.db'));
  try {
    // The first write acquires a lock. Without it, two processes with different state in memory could use one directory.
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT',
    );
    return db;
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    const message = `data directory ${dataDir}: another process is using it, stop that process or choose another directory`;
    throw Object.assign(new Error(message, { cause: error }), { code: 'DATA_DIR_IN_USE' });
  }
}

/** Files of versions before 0.2, whose formats this version cannot read, with their content and what to do first. */
const FORMER_FILES = {
  'fauxqs.db': ['queues and objects', 'drain its queues and download its files'],
  CURRENT: ['tables', 'export its tables'],
} as const;

function refuseFormerVersion(dataDir: string): void {
  for (const [file, [content, rescue]] of Object.entries(FORMER_FILES)) {
    if (!existsSync(join(dataDir, file))) continue;
    const message = `data directory ${dataDir}: was written by an earlier version, whose ${content} this version cannot read. Start the earlier version once more to ${rescue}, then delete the directory or choose another one`;
    throw Object.assign(new Error(message), { code: 'DATA_DIR_OUTDATED' });
  }
}
