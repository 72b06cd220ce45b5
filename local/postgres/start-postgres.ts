import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { runServer, type Server } from './run-server.ts';

export interface PostgresOptions {
  /** Port on 127.0.0.1; 0 for any free port. */
  port: number;
  /** Directory that keeps the data across restarts and crashes. Default: a temporary directory. */
  dataDir?: string;
  /** Parent of temporary directories. Default: the system's. */
  temporaryDirectory?: string;
  /** Called when the server ends unexpectedly. Default: throws an uncaught exception. */
  onCrash?: (error: Error) => void;
}

export interface EmbeddedPostgres {
  /** `postgres://postgres@127.0.0.1:PORT/orders`. */
  url: string;
  /** Closes connections, stops the server, by force after some seconds, and removes temporary data. */
  stop(): Promise<void>;
}

type Place = Omit<PostgresOptions, 'onCrash'>;

/** Milliseconds for which a start is retried: usually, and while the server of a terminated process is still stopping. */
const RETRY_MS = { usual: 1_000, stopping: 10_000 };
/** Number of ports that are tried for port 0. A free port may be taken while the cluster is created, which can take seconds. */
const FREE_PORTS = 10;
/** SQLSTATE for a role that may not log in. */
const LOGIN_REFUSED = '28000';
/**
 * Runs once for each cluster. Every user of this machine can connect, and a superuser can run programs as the server's user, so
 * superusers may not log in. Renaming a database takes 10 ms, creating one 200 ms.
 */
const PREPARE = `
  ALTER DATABASE postgres RENAME TO orders;
  CREATE ROLE postgres LOGIN;
  ALTER DATABASE orders OWNER TO postgres;
  ALTER ROLE superuser NOLOGIN;
`;

/**
 * Starts PostgreSQL on this machine, in UTC, with a database `orders` that the user of the URL owns. The server ends with this
 * process, even after SIGKILL.
 *
 * @throws Error with code `EADDRINUSE` if the port is in use, `DATA_DIR_IN_USE` if another process uses the directory,
 * `DATA_DIR_INACCESSIBLE` if the server's user cannot access it, `POSTGRES_UNSUPPORTED` on other platforms
 */
export async function startPostgres({
  onCrash = (error) => {
    throw error;
  },
  ...options
}: PostgresOptions): Promise<EmbeddedPostgres> {
  const place = options.dataDir === undefined ? options : { ...options, dataDir: resolve(options.dataDir) };
  const { port, server } = await launch(place);
  try {
    await prepareCluster(port);
  } catch (error) {
    await server.stop();
    throw error;
  }

  let stopping = false;
  void server.ended.then((cause) => {
    if (!stopping) onCrash(new Error('Postgres: the server ended unexpectedly', { cause }));
  });
  return {
    url: `postgres://postgres@127.0.0.1:${port}/orders`,
    stop() {
      stopping = true;
      return server.stop();
    },
  };
}

/**
 * Starts the server, with retries: another program may take a port that was free a moment ago, and the server of a
 * terminated process may still hold the data directory.
 */
async function launch(place: Place): Promise<{ port: number; server: Server }> {
  const start = Date.now();
  for (let attempt = 1; ; attempt++) {
    const port = await findPort(place.port);
    try {
      return { port, server: await runServer({ ...place, port }) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && place.port === 0 && attempt < FREE_PORTS) continue;
      if (code !== 'EADDRINUSE' && code !== 'DATA_DIR_IN_USE') throw error;
      const limit = (await isStopping(place)) ? RETRY_MS.stopping : RETRY_MS.usual;
      if (Date.now() - start > limit) throw error;
      await delay(100);
    }
  }
}

/** Returns the wanted port, or a free one for 0, which Postgres does not support. Rejects if the port is in use. */
async function findPort(wanted: number): Promise<number> {
  const probe = createServer();
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  probe.once('error', reject).listen(wanted, '127.0.0.1', resolve);
  await listening;
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Returns whether the server's lock file says that it is stopping. */
async function isStopping({ dataDir }: Place): Promise<boolean> {
  if (dataDir === undefined) return false;
  const lock = await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '');
  return /^stopping/m.test(lock);
}

async function prepareCluster(port: number): Promise<void> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'superuser',
    database: 'template1',
    ssl: false,
  });
  try {
    await client.connect();
    await client.query(PREPARE);
  } catch (error) {
    // The cluster was prepared by an earlier start.
    if (!(error instanceof DatabaseError && error.code === LOGIN_REFUSED)) throw error;
  } finally {
    await client.end();
  }
}
