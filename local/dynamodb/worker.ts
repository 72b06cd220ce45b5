import type { AddressInfo } from 'node:net';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { DeniedRequest } from '../../operations/status/inspection.ts';
import { createListener } from '../aws-services/http-server.ts';
import { openMemoryStorage, openStorage, type Storage } from '../aws-services/storage.ts';
import { createThreadAccess } from '../iam/thread-access.ts';
import { createLoopbackServer } from '../loopback-server.ts';
import { connect, serve } from '../thread-rpc.ts';
import { createDynamoDbService } from './handle-dynamodb.ts';

/** Milliseconds for pending requests when the thread stops. */
const GRACE_MS = 500;

/** The thread's `workerData`. */
export interface WorkerOptions {
  port: number;
  dataDir?: string;
  /** For calls in both directions. */
  calls: MessagePort;
}

/** Calls that the main thread serves. */
export interface MainCalls {
  denied(request: DeniedRequest): void;
}

const { port, dataDir, calls } = workerData as WorkerOptions;
const storage = open();
const ask = connect<Pick<MainCalls, keyof MainCalls>>(calls);
const { enforcement, ...threadAccess } = createThreadAccess((request) => {
  // A failed call means that the main thread is gone.
  void ask('denied', request).catch(() => undefined);
});
serve(calls, threadAccess);

const listener = createListener(createDynamoDbService(storage, enforcement), storage.commit, (error) => {
  // Memory may differ from the disk now, so the thread ends and the changes since the last commit are rolled back.
  throw error;
});
const server = createLoopbackServer(listener);

server.listen(port, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));

parentPort?.once('message', () => {
  server.close(() => {
    storage.close();
    process.exit();
  });
  setTimeout(() => server.closeAllConnections(), GRACE_MS);
});

function open(): Storage {
  if (!dataDir) return openMemoryStorage();
  try {
    return openStorage(dataDir);
  } catch (cause) {
    const { message, code } = cause as Error & { code?: string };
    const place = `data directory ${dataDir}: `;
    const reason = message.startsWith(place)
      ? message.slice(place.length)
      : `check that it is writable: ${message}`;
    throw Object.assign(new Error(`${place}DynamoDB cannot open it, ${reason}`, { cause }), { code });
  }
}
