import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { createListener } from '../aws-services/http-server.ts';
import { openMemoryStorage, openStorage, type Storage } from '../aws-services/storage.ts';
import { createLoopbackServer } from '../loopback-server.ts';
import { createDynamoDbService } from './handle-dynamodb.ts';

/** Milliseconds for pending requests when the thread stops. */
const GRACE_MS = 500;

const { port, dataDir } = workerData as { port: number; dataDir?: string };
const storage = open();
const listener = createListener(createDynamoDbService(storage), storage.commit, (error) => {
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
