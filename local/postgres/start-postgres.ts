import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { runServer, type Server } from './run-server.ts';

export interface PostgresOptions {
  /** Port on 127.0.0.1; 0 takes any free one. */
  port: number;
  /** Directory that the data is kept in, over restarts and crashes; in a temporary one where it is left out. */
  dataDir?: string;
  /** Where temporary directories are made; the system's place for them where it is left out. */
  temporaryDirectory?: string;
  /** Told when the server ends by itself; where it is left out that is an uncaught exception. */
  onCrash?: (error: Error) => void;
}

export interface EmbeddedPostgres {
  /** `postgres://postgres@127.0.0.1:PORT/orders`. */
  url: string;
  /** Ends connections and the server, by force after some seconds, and removes what is temporary. */
  stop(): Promise<void>;
}

type Place = Omit<PostgresOptions, 'onCrash'>;

/** For how long a start tries again, in ms: at all, and while the server of a killed process is still stopping. */
const PATIENCE_MS = { atAll: 1_000, stopping: 10_000 };
/** How many ports a start that takes any of them tries: each may be taken while the cluster is made, which can be seconds. */
const FREE_PORTS = 10;
/** SQLSTATE of a role that must not log in. */
const LOGIN_REFUSED = '28000';
/**
 * Once for each cluster. Whoever is on this machine may connect, and a superuser may run programs as the server's user: so
 * nobody connects as one. To rename a database takes 10 ms, to make another one 200.
 */
const PREPARE = `
  ALTER DATABASE postgres RENAME TO orders;
  CREATE ROLE postgres LOGIN;
  ALTER DATABASE orders OWNER TO postgres;
  ALTER ROLE superuser NOLOGIN;
`;

/**
 * Starts PostgreSQL on this machine, in UTC, with a database `orders` that its user owns. It ends with this process, however that ends.
 *
 * @throws Error with code `EADDRINUSE` where the port is taken, `DATA_DIR_IN_USE` where another process uses the
 * directory, `DATA_DIR_OUT_OF_REACH` where the server's user may not, `POSTGRES_UNSUPPORTED` on other platforms
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
    if (!stopping) onCrash(new Error('Postgres: the server ended by itself', { cause }));
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
 * Another program may take a port after it was found to be free; and the server of a process that was killed a moment
 * ago is about to leave its directory. Both are worth another try.
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
      const patience = (await isStopping(place)) ? PATIENCE_MS.stopping : PATIENCE_MS.atAll;
      if (Date.now() - start > patience) throw error;
      await delay(100);
    }
  }
}

/** The port asked for, or any, as long as nobody listens on it: Postgres itself knows no port 0. */
async function findPort(wanted: number): Promise<number> {
  const probe = createServer();
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  probe.once('error', reject).listen(wanted, '127.0.0.1', resolve);
  await listening;
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** The server's own lock file says so, in a line of its own. */
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
    // Done before.
    if (!(error instanceof DatabaseError && error.code === LOGIN_REFUSED)) throw error;
  } finally {
    await client.end();
  }
}
