import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { received } from '../../lib/text.ts';
import type { Access } from '../iam/access.ts';
import { createJudge, type DataApiTarget, type DatabaseName } from './data-api-calls.ts';
import { createJudgedSession, type Session } from './judged-session.ts';
import { errorResponse, readStartup, type Startup, withUser } from './messages.ts';

export interface StatementGateOptions {
  /** URL of the server, with the user as which all statements run. */
  upstream: string;
  /** Port on 127.0.0.1; 0 for any free port. */
  port: number;
  access: Access;
  databases: Readonly<Record<DatabaseName, DataApiTarget>>;
  /** Milliseconds in which a connection must have named its user. Default: 10 s. */
  startupMs?: number;
}

export interface StatementGate {
  /** The server's URL with the address of the gate, for operators. {@link toSessionUrl} makes it one for a function. */
  url: string;
  /** Closes all connections. */
  stop(): Promise<void>;
}

/** SQLSTATE of a user that may not connect. */
const LOGIN_REFUSED = '28000';
const STARTUP_MS = 10_000;
const DEFAULT_PORT = 5432;

/** A connection that the gate refuses. The message says what to do. */
class RefusedLogin extends Error {}

/** The session of a connection that is not judged. */
const UNJUDGED: Session = { requests: forward, replies: forward };

/**
 * Returns the URL with which the session of a role connects to a database. The access key takes the user's place, and the
 * application's name says which database it would be on AWS.
 */
export function toSessionUrl(gateUrl: string, accessKeyId: string, database: DatabaseName): string {
  const url = new URL(gateUrl);
  url.username = accessKeyId;
  url.searchParams.set('application_name', database);
  return url.href;
}

/**
 * Starts a proxy in front of Postgres that requires the rights of each statement on AWS. There, functions reach their databases
 * over Data APIs, and IAM judges each call. Here, both databases are one server, which knows nothing of IAM.
 *
 * The server's own user is not judged: operators connect with the URL of the gate, or of the server.
 *
 * @throws Error with code `EADDRINUSE` if the port is in use
 */
export async function startStatementGate(options: StatementGateOptions): Promise<StatementGate> {
  const { port, access, databases, startupMs = STARTUP_MS } = options;
  const upstream = new URL(options.upstream);
  const user = decodeURIComponent(upstream.username);

  /** @throws RefusedLogin */
  function login({ bytes, parameters }: Startup): { startup: Buffer; session: Session } {
    // A request to cancel a statement contains a key that only the statement's connection has received.
    if (!parameters || parameters.get('user') === user) return { startup: bytes, session: UNJUDGED };
    const accessKeyId = parameters.get('user') ?? '';
    const principal = access.identify(accessKeyId);
    if (!principal) {
      throw new RefusedLogin(
        `user: must be ${user} or the access key of a role, restart the worker with its current settings, received ${received(accessKeyId)}`,
      );
    }
    const name = parameters.get('application_name');
    if (!isDatabase(name)) {
      throw new RefusedLogin(
        `application_name: must be ${Object.keys(databases).join(' or ')}, add it to the URL of the database, received ${received(name)}`,
      );
    }
    const judge = createJudge(access, principal, name, databases[name]);
    return { startup: withUser({ bytes, parameters }, user), session: createJudgedSession(judge) };
  }

  const isDatabase = (name: string | undefined): name is DatabaseName =>
    name !== undefined && Object.hasOwn(databases, name);

  async function serve(client: Socket): Promise<void> {
    const slow = setTimeout(() => client.destroy(), startupMs);
    const { startup, session } = login(await readStartup(client).finally(() => clearTimeout(slow)));
    const server = connect({
      host: upstream.hostname,
      port: Number(upstream.port || DEFAULT_PORT),
      noDelay: true,
    });
    server.on('error', () => undefined).write(startup);
    // A failure destroys both sockets, and so ends the other direction, too.
    pipeline(client, session.requests, server).catch(() => undefined);
    // The last words of the server, such as why it stops, reach the client before the connection closes.
    await pipeline(server, session.replies, client);
  }

  const clients = new Set<Socket>();
  const gate = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
    serve(client)
      .catch((error) => {
        if (error instanceof RefusedLogin) client.write(errorResponse('FATAL', LOGIN_REFUSED, error.message));
        else client.destroy();
      })
      .finally(() => client.destroySoon());
  });
  gate.listen(port, '127.0.0.1');
  await once(gate, 'listening');

  const url = new URL(upstream);
  url.host = `127.0.0.1:${(gate.address() as AddressInfo).port}`;
  return {
    url: url.href,
    async stop() {
      const closed = once(gate, 'close');
      gate.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

async function* forward(source: AsyncIterable<Buffer>) {
  yield* source;
}
