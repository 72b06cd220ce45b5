import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import dynalite from 'dynalite';
import db, { type AnswerError, type Store } from 'dynalite/db/index.js';
import { batchExecuteStatement } from './batch-execute-statement.ts';

/** Milliseconds for pending requests when the thread stops. */
const GRACE_MS = 500;

/** Error types that neither dynalite nor a statement produces. */
const NOT_JSON = 'com.amazon.coral.service#SerializationException';
const BROKEN = 'com.amazonaws.dynamodb.v20120810#InternalServerError';

/** Creates dynalite and returns its store as well, which dynalite does not expose. */
function createWithStore(options: Parameters<typeof dynalite>[0]) {
  const { create } = db;
  let store: Store | undefined;
  db.create = (given) => {
    store = create(given);
    return store;
  };
  const server = dynalite(options);
  db.create = create;
  if (!store) throw new Error('dynalite: created no store, the embedded DynamoDB needs version 4');
  return { server, store };
}

async function answerStatements(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, 200, await batchExecuteStatement(store, await json(request)));
  } catch (thrown) {
    const { statusCode = 400, body, message } = thrown as Partial<AnswerError> & Error;
    if (body) send(response, statusCode, body);
    else if (thrown instanceof SyntaxError) send(response, 400, { __type: NOT_JSON, message });
    else send(response, 500, { __type: BROKEN, message });
  }
}

function send(response: ServerResponse, status: number, answer: object): void {
  const text = JSON.stringify(answer);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-crc32': crc32(text),
    'x-amzn-requestid': randomUUID(),
  };
  response.writeHead(status, headers).end(text);
}

const { port, dataDir } = workerData as { port: number; dataDir?: string };
const { server, store } = createWithStore({
  path: dataDir,
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
});
// dynalite opens its store lazily; opening it here reports an error at the start.
await store.db.open().catch((cause: Error) => {
  const reason = cause.cause instanceof Error ? cause.cause.message : cause.message;
  throw new Error(
    `data directory ${dataDir}: DynamoDB cannot open it, check that it is writable and not used by another process: ${reason}`,
    { cause },
  );
});

const [handleByDynalite] = server.listeners('request') as [RequestListener];
server.removeAllListeners('request').on('request', (request, response) => {
  if (request.headers['x-amz-target'] === 'DynamoDB_20120810.BatchExecuteStatement') {
    void answerStatements(store, request, response);
    return;
  }
  handleByDynalite.call(server, request, response);
  // dynalite rethrows a request's error, so a client that disconnects early would crash the thread.
  request.removeAllListeners('error').on('error', () => undefined);
});

server.listen(port, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));

parentPort?.once('message', () => {
  server.close(() => process.exit());
  setTimeout(() => server.closeAllConnections(), GRACE_MS);
});
