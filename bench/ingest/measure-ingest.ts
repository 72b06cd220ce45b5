import { setTimeout as sleep } from 'node:timers/promises';
import { createObjectStore, type ObjectStore } from '../../lib/aws/object-store.ts';
import type { Receipt } from '../../lib/ingest/receipt.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { readReceipt } from '../../operations/read-receipt.ts';
import { checkQueue, sentIdOf } from '../check-queue.ts';
import type { Settings } from '../processes/services-process.ts';
import { startContender } from '../processes/start-contender.ts';
import { clientsOf, type Services } from '../processes/start-services.ts';
import type { Sample } from '../suite.ts';
import { FILE, type Format, openFile } from './file.ts';

const SEED = 1;
/** Number of concurrent messages of the upload queue: the concurrency of ingest in serverless.yml. */
const CONCURRENCY = 2;
/** Heap limits that fit into 256 MB. Without them, V8 would let garbage grow to 300 MB before it collects any. */
const HEAP_OF_256_MB = ['--max-semi-space-size=8', '--max-old-space-size=160'];
/** Milliseconds between two checks for the receipt. */
const POLL_MS = 100;
/** Rows per second below which a contender counts as stuck. */
const MIN_RATE = 500;
const OURS = new URL('./ours.ts', import.meta.url);
const PARSE_LINES = new URL('./parse-lines.ts', import.meta.url);

/**
 * Puts a file into the upload bucket, then runs the ingest function until the file has its receipt.
 *
 * @throws Error if an order is not in the order queue exactly once
 */
export async function measureIngest(services: Services, format: Format, orders: number): Promise<Sample> {
  const settings = await services.restart();
  const { ORDER_QUEUE_URL = '', RESULTS_BUCKET_NAME: resultsBucket = '' } = settings;
  const objectStore = openStore(settings);
  const size = await putFile(objectStore, settings, format, orders);
  const task = { orders, seed: SEED, concurrency: CONCURRENCY };
  await using contender = await startContender(OURS, settings, task, HEAP_OF_256_MB);
  await contender.begin();
  let text: string | undefined;
  do {
    await sleep(POLL_MS);
    if ((await contender.usage()).seconds > 10 + orders / MIN_RATE)
      throw new Error(`ingest: ${format}: slower than ${MIN_RATE} rows/s, gave up`);
    text = await readReceipt({ objectStore, resultsBucket, key: FILE[format] });
  } while (text === undefined);
  const { seconds, cpuSeconds, requests, peakMemory } = await contender.usage();
  await contender.stop();

  const { status, sent, rejected } = JSON.parse(text) as Receipt;
  if (status !== 'ingested' || sent !== orders || rejected > 0)
    throw new Error(
      `ingest: ${format}: must be ingested with ${orders} orders sent, is ${status} with ${sent} sent and ${rejected} rejected`,
    );
  await checkQueue(services, settings, {
    who: `ingest: ${format}`,
    queueUrl: ORDER_QUEUE_URL,
    expected: Array.from(generateOrders({ count: orders, seed: SEED }), ({ order_id }) => order_id),
    idOf: sentIdOf,
  });
  return {
    ordersPerSecond: orders / seconds,
    megabytesPerSecond: size / 1_000_000 / seconds,
    requestsPerOrder: requests / orders,
    cpuMs: (cpuSeconds * 1_000_000) / orders,
    peakMebibytes: peakMemory / 2 ** 20,
  };
}

/** Measures how fast the lines of the same file can be parsed, without any further processing. */
export async function measureParsing(services: Services, orders: number): Promise<Sample> {
  const settings = await services.restart();
  const size = await putFile(openStore(settings), settings, 'ndjson', orders);
  await using contender = await startContender(PARSE_LINES, settings, {
    orders,
    seed: SEED,
    concurrency: 1,
  });
  await contender.begin();
  const { seconds, cpuSeconds, peakMemory } = await contender.done();
  return {
    ordersPerSecond: orders / seconds,
    megabytesPerSecond: size / 1_000_000 / seconds,
    cpuMs: (cpuSeconds * 1_000_000) / orders,
    peakMebibytes: peakMemory / 2 ** 20,
  };
}

const openStore = (settings: Settings): ObjectStore => createObjectStore(clientsOf(settings).s3);

async function putFile(
  objectStore: ObjectStore,
  { UPLOAD_BUCKET_NAME = '' }: Settings,
  format: Format,
  orders: number,
): Promise<number> {
  let size = 0;
  await objectStore.upload(UPLOAD_BUCKET_NAME, FILE[format], openFile(format, orders, SEED), {
    contentType: 'application/octet-stream',
    onProgress: (bytes) => {
      size = bytes;
    },
  });
  return size;
}
