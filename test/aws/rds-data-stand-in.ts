import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { executeStatement, type StatementRequest } from './rds-data-execute.ts';
import { invalid, Refusal, toRefusal } from './rds-data-refusal.ts';

/** The cluster, secret and database that the stand-in accepts. */
const SETTINGS = {
  clusterArn: 'arn:aws:rds:us-east-1:000000000000:cluster:shipping',
  secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shipping',
  databaseName: 'orders',
};

/**
 * Limits of the RDS Data API, in bytes and ms:
 * https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_BatchExecuteStatement.html,
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.calling.html
 */
const MAX_REQUEST = 4_194_304;
const TIMEOUT_MS = 45_000;

/** Fields that the adapter sends. Any other field is rejected, so that none is ignored silently. */
const KNOWN_FIELDS = new Set([
  'resourceArn',
  'secretArn',
  'database',
  'sql',
  'parameters',
  'transactionId',
  'includeResultMetadata',
  'resultSetOptions',
]);

export type RdsDataStandIn = Awaited<ReturnType<typeof startRdsDataStandIn>>;

/**
 * Starts a stand-in for the RDS Data API that runs statements on a Postgres, with the documented types, limits and errors of AWS.
 * Every statement outside a transaction has its own session.
 *
 * @param timeoutMs Time limit of a statement, in ms.
 */
export async function startRdsDataStandIn(postgresUrl: string, { timeoutMs = TIMEOUT_MS } = {}) {
  const transactions = new Map<string, Client>();
  const paths: string[] = [];
  /** Number of requests that will fail because the database is resuming. */
  let resuming = 0;

  async function openSession(): Promise<Client> {
    const session = new Client({
      connectionString: postgresUrl,
      options: '-c TimeZone=UTC',
      statement_timeout: timeoutMs,
    });
    // A stopped server ends its sessions; the query reports the error.
    session.on('error', () => undefined);
    await session.connect();
    return session;
  }

  function transactionOf({ transactionId = '' }: StatementRequest): Client {
    const session = transactions.get(transactionId);
    if (!session)
      throw new Refusal(404, 'TransactionNotFoundException', `Transaction ${transactionId} is not found`);
    return session;
  }

  async function endTransaction(request: StatementRequest, sql: string): Promise<void> {
    const session = transactionOf(request);
    transactions.delete(request.transactionId ?? '');
    try {
      await session.query(sql);
    } finally {
      await session.end();
    }
  }

  const operations: Record<string, (request: StatementRequest) => Promise<object>> = {
    async '/BeginTransaction'() {
      const session = await openSession();
      await session.query('BEGIN');
      const transactionId = randomUUID();
      transactions.set(transactionId, session);
      return { transactionId };
    },
    async '/CommitTransaction'(request) {
      await endTransaction(request, 'COMMIT');
      return { transactionStatus: 'Transaction Committed' };
    },
    async '/RollbackTransaction'(request) {
      await endTransaction(request, 'ROLLBACK');
      return { transactionStatus: 'Rollback Complete' };
    },
    async '/Execute'(request) {
      if (request.transactionId !== undefined) return executeStatement(transactionOf(request), request);
      const session = await openSession();
      try {
        return await executeStatement(session, request);
      } finally {
        await session.end();
      }
    },
  };

  async function answer(path: string, message: IncomingMessage): Promise<object> {
    paths.push(path);
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (body.length > MAX_REQUEST)
      throw new Refusal(413, 'RequestEntityTooLargeException', 'Request Too Large');
    if (resuming > 0) {
      resuming--;
      const text =
        'The Aurora DB instance is resuming after being auto-paused. Please wait a few seconds and try again.';
      throw new Refusal(400, 'DatabaseResumingException', text);
    }
    const request = JSON.parse(body.toString());
    check(request);
    const operation = operations[path];
    if (!operation) throw new Refusal(404, 'UnknownOperationException', path);
    return operation(request);
  }

  const server = createServer((message, response) => {
    const respond = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    answer(message.url ?? '', message).then(
      (body) => respond(200, body),
      (thrown: Error) => {
        const { status, type, message: text } = toRefusal(thrown);
        response.setHeader('x-amzn-errortype', type);
        respond(status, { message: text });
      },
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Settings for `createRdsDatabase`. */
    settings: SETTINGS,
    /** Paths of the requests, in order. */
    paths,
    /** Fails the next requests like a resuming database. */
    resumeFor(requests: number): void {
      resuming = requests;
    },
    /** Returns the number of open transactions. */
    openTransactions: (): number => transactions.size,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const session of transactions.values()) await session.end();
    },
  };
}

function check(request: StatementRequest): void {
  const unknown = Object.keys(request).filter((field) => !KNOWN_FIELDS.has(field));
  if (unknown.length > 0) throw invalid(`not known to the stand-in: ${unknown.join(', ')}`);
  if (request.resourceArn !== SETTINGS.clusterArn) throw invalid(`resourceArn ${request.resourceArn}`);
  if (request.secretArn !== SETTINGS.secretArn) throw invalid(`secretArn ${request.secretArn}`);
  const { database = SETTINGS.databaseName } = request;
  if (database !== SETTINGS.databaseName) {
    throw new Refusal(
      400,
      'DatabaseErrorException',
      `FATAL: database "${database}" does not exist; SQLState: 3D000`,
    );
  }
}
