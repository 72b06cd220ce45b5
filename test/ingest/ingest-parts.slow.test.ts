import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createS3Client, createSqsClient } from '../../lib/aws/clients.ts';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import type { IngestServices } from '../../lib/ingest/ingest-rows.ts';
import { ingestUpload } from '../../lib/ingest/ingest-upload.ts';
import type { PartMessage } from '../../lib/ingest/part-message.ts';
import { resultKey } from '../../lib/ingest/receipt.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { type Pipeline, startPipeline } from '../handlers/start-pipeline.ts';
import { readOrderFile } from '../order-file/read-order-file.ts';
import { CSV_HEADER, toCsvRow } from '../order-file/to-csv.ts';

const PART_BYTES = 3_000;

let pipeline: Pipeline;
let services: IngestServices;
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  pipeline = await startPipeline('ingest');
  const sqs = createSqsClient();
  services = {
    objectStore: createObjectStore(createS3Client(true)),
    orderQueue: createQueue(sqs, pipeline.output('OrderQueueUrl')),
    uploadQueue: createQueue(sqs, pipeline.output('UploadQueueUrl')),
    resultsBucket: pipeline.output('ResultsBucketName'),
    partBytes: PART_BYTES,
  };
});
afterAll(() => pipeline.stop());
beforeEach(async () => {
  await pipeline.purge();
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const orders = (count: number, seed: number): Order[] => [...generateOrders({ count, seed })];
const idsOf = (each: readonly Order[]): string[] => each.map(({ order_id }) => order_id).sort();
const drainOrderQueue = async () => idsOf(await pipeline.drainQueue<Order>('OrderQueueUrl'));
const drainParts = () => pipeline.drainQueue<PartMessage>('UploadQueueUrl');
const ingest = (message: unknown, timeLeft = 60_000) =>
  ingestUpload(JSON.stringify(message), services, Date.now() + timeLeft, 1);
const result = (key: string) => pipeline.readObject('ResultsBucketName', key);
const receiptOf = async (key: string) =>
  JSON.parse((await result(resultKey(key, '.receipt.json'))) ?? 'null');
const partReceipt = async ({ key, run, part }: PartMessage) =>
  JSON.parse(
    (await result(`${key}.parts/${run}/receipts/0000/${String(part).padStart(7, '0')}.json`)) ?? 'null',
  );
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);

const ndjson = (rows: readonly unknown[]): string =>
  rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
const csv = (rows: readonly (Order | string)[]): string =>
  [
    `note,${CSV_HEADER}`,
    ...rows.map((row) => (typeof row === 'string' ? row : `"of\r""two"" lines",${toCsvRow(row)}`)),
  ].join('\r\n');

/** Orders with a bad row after every seventh. */
const withBadRows = (rows: readonly Order[]) =>
  rows.flatMap((row, index) => (index % 7 === 3 ? [row, 'bad "'] : [row]));

/** Uploads a file and splits it. */
async function split(key: string, body: string): Promise<PartMessage[]> {
  await pipeline.upload(key, body);
  const [event] = await pipeline.drainQueue('UploadQueueUrl');
  expect(await ingest(event)).toEqual({});
  return drainParts();
}

describe('a file that is longer than one part', () => {
  test.each([
    ['NDJSON', 'large.ndjson', ndjson, 1],
    ['CSV', 'large, 100 % für José.csv', csv, 2],
    ['CSV with a key as long as keys may be', `${'long/'.repeat(203)}key.csv`, csv, 3],
  ] as const)(
    'is split, and its parts give the same result as the whole file: %s',
    async (_which, key, write, seed) => {
      const sent = orders(100, seed);
      const body = write(withBadRows(sent));
      const parts = await split(key, body);
      expect(parts.length).toBeGreaterThan(5);
      expect(log.lines('order file split')).toMatchObject([{ key, parts: parts.length }]);
      expect(await receiptOf(key)).toBeNull();

      const outcomes = await pMap(parts, (part) => ingest(part), { concurrency: 4 });
      expect(outcomes).toEqual(parts.map(() => ({})));
      expect(await drainOrderQueue()).toEqual(idsOf(sent));
      const receipt = await receiptOf(key);
      expect(receipt).toEqual({
        status: 'ingested',
        bucket: pipeline.output('UploadBucketName'),
        key,
        size: Buffer.byteLength(body),
        etag: expect.stringMatching(/[0-9a-f]{32}/),
        format: key.endsWith('csv') ? 'csv' : 'ndjson',
        gzipped: false,
        rows: 114,
        sent: 100,
        rejected: 14,
        rejected_key: resultKey(key, '.rejected.ndjson'),
        parts: parts.length,
        started_at: TIME,
        finished_at: TIME,
      });
      const { rows } = await readOrderFile(key, body);
      const rejected = (await result(receipt.rejected_key))?.trimEnd().split('\n') ?? [];
      expect(rejected.map((line) => JSON.parse(line))).toEqual(rows.filter((row) => 'errors' in row));
      expect(log.lines('part of order file ingested')).toHaveLength(parts.length);
      expect(log.lines('order file ingested').at(-1)).toMatchObject({ parts: parts.length, rows: 114 });
      const metrics = log.metrics() as { RowsRead: number }[];
      expect(metrics.reduce((sum, { RowsRead }) => sum + RowsRead, 0)).toBe(114);
    },
  );

  test('is split into the same parts when its message is redelivered, and no part is read twice', async () => {
    await pipeline.upload('again.ndjson', ndjson(orders(30, 4)));
    const [event] = await pipeline.drainQueue('UploadQueueUrl');
    await ingest(event);
    const parts = await drainParts();
    await pMap(parts, (part) => ingest(part));
    const receipt = await receiptOf('again.ndjson');
    expect((await drainOrderQueue()).length).toBe(30);

    await ingest(event);
    const again = await drainParts();
    expect(new Set(again.map((part) => JSON.stringify(part)))).toEqual(
      new Set(parts.map((part) => JSON.stringify(part))),
    );
    for (const part of again) expect(await ingest(part)).toEqual({});
    expect(await drainOrderQueue()).toEqual([]);
    expect(await receiptOf('again.ndjson')).toEqual(receipt);
  });

  test('is retried if its parts cannot be sent, with the error in its receipt', async () => {
    await pipeline.upload('refused.ndjson', ndjson(orders(30, 5)));
    const [event] = await pipeline.drainQueue('UploadQueueUrl');
    let down = true;
    intercept(SQSClient.prototype, SendMessageBatchCommand, async (input, pass) => {
      if (down) throw sdkError('ServiceUnavailable');
      return pass(input);
    });
    expect(await ingest(event)).toMatchObject({ error: expect.any(Error), retryInSeconds: 300 });
    expect(await receiptOf('refused.ndjson')).toMatchObject({
      status: 'failed',
      error: { code: 'ServiceUnavailable' },
    });

    down = false;
    expect(await ingest(event)).toEqual({});
    for (const part of await drainParts()) await ingest(part);
    expect(await receiptOf('refused.ndjson')).toMatchObject({ status: 'ingested', sent: 30 });
  });

  test('has a failed receipt if it was deleted before it is split', async () => {
    await pipeline.upload('gone.ndjson', ndjson(orders(30, 5)));
    const [event] = await pipeline.drainQueue('UploadQueueUrl');
    await services.objectStore.remove(pipeline.output('UploadBucketName'), 'gone.ndjson');
    expect(await ingest(event)).toMatchObject({ error: expect.any(Error), retryInSeconds: 1 });
    expect(await receiptOf('gone.ndjson')).toMatchObject({ status: 'failed', error: { code: 'NoSuchKey' } });
  });

  test('is read as a whole if it was overwritten by a shorter file', async () => {
    await pipeline.upload('shorter.ndjson', ndjson(orders(30, 5)));
    const [event] = await pipeline.drainQueue('UploadQueueUrl');
    for (const count of [3, 0]) {
      await pipeline.upload('shorter.ndjson', ndjson(orders(count, 5)));
      await pipeline.drainQueue('UploadQueueUrl');
      expect(await ingest(event)).toEqual({});
      expect(await drainParts()).toEqual([]);
      const receipt = await receiptOf('shorter.ndjson');
      expect(receipt).toMatchObject({ status: 'ingested', sent: count });
      expect(receipt).not.toHaveProperty('parts');
    }
  });
});

describe('a failed part', () => {
  test('fails the file with its number and error, and completes the file when it succeeds', async () => {
    const sent = orders(60, 6);
    const body = ndjson(withBadRows(sent));
    const parts = await split('failing.ndjson', body);
    let down = true;
    intercept(SQSClient.prototype, SendMessageBatchCommand, async (input, pass) => {
      if (down) throw sdkError('ServiceUnavailable');
      return pass(input);
    });
    const [first, second, ...others] = parts.sort((a, b) => a.part - b.part) as [PartMessage, PartMessage];
    expect(await ingest(second)).toMatchObject({ error: expect.any(Error), retryInSeconds: 300 });
    expect(await partReceipt(second)).toMatchObject({ status: 'failed', part: 2, parts: parts.length });
    down = false;
    for (const part of [first, ...others]) expect(await ingest(part)).toEqual({});
    const failed = await receiptOf('failing.ndjson');
    expect(failed).toMatchObject({
      status: 'failed',
      parts: parts.length,
      failed_parts: [2],
      error: {
        code: 'ServiceUnavailable',
        message: expect.stringMatching(new RegExp(`^part 2 of ${parts.length}: SendMessageBatch`)),
      },
    });
    expect(log.lines('order file failed')).toMatchObject([
      { parts: parts.length, reason: 'ServiceUnavailable' },
    ]);
    // After the failed part, line numbers are unknown.
    const { rows } = await readOrderFile('failing.ndjson', body);
    const bad = rows.filter((row) => 'errors' in row);
    const known = ((await result('failing.ndjson.rejected.ndjson')) ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(known.length).toBeLessThan(failed.rejected);
    expect(known).toEqual(bad.slice(0, known.length));

    expect(await ingest(second)).toEqual({});
    const receipt = await receiptOf('failing.ndjson');
    expect(receipt).toMatchObject({ status: 'ingested', sent: 60, rejected: bad.length });
    expect(receipt).not.toHaveProperty('error');
    expect(receipt).not.toHaveProperty('failed_parts');
    expect((await result('failing.ndjson.rejected.ndjson'))?.trimEnd().split('\n')).toHaveLength(bad.length);
    expect(await drainOrderQueue()).toEqual(idsOf(sent));
  });

  test('is merged again if it ends while the parts are being merged', async () => {
    const parts = await split('racing.ndjson', ndjson(orders(20, 7)));
    const [last, ...others] = parts as [PartMessage];
    for (const part of others) await ingest(part, -1);
    // The other parts end just before the first merge writes, so that merge has read outdated receipts.
    let meanwhile: Promise<unknown> | undefined;
    intercept(S3Client.prototype, PutObjectCommand, async (input, pass) => {
      if (!meanwhile && input.Key?.includes('/groups/')) {
        meanwhile = (async () => {
          for (const part of others) await ingest(part);
        })();
        await meanwhile;
      }
      return pass(input);
    });
    expect(await ingest(last)).toEqual({});
    expect(meanwhile).toBeDefined();
    expect(await receiptOf('racing.ndjson')).toMatchObject({ status: 'ingested', sent: 20 });
  });

  test('reports the rows read when it runs out of time', async () => {
    const [part] = await split('slow.ndjson', ndjson(orders(20, 8)));
    expect(await ingest(part, -1)).toMatchObject({ error: expect.any(Error), retryInSeconds: 300 });
    expect(await partReceipt(part as PartMessage)).toMatchObject({
      status: 'failed',
      error: {
        code: 'time_up',
        message: expect.stringMatching(/^order file, part \d of \d+: must be read within .* after \d+ rows$/),
      },
    });
  });

  test('is retried if its receipt cannot be written', async () => {
    const [part] = await split('unsaid.ndjson', ndjson(orders(20, 8)));
    intercept(S3Client.prototype, PutObjectCommand, async () => {
      throw sdkError('SlowDown');
    });
    expect(await ingest(part)).toMatchObject({ error: { code: 'SlowDown' }, retryInSeconds: 300 });
  });
});

describe('the parts of a file that is overwritten before they are read', () => {
  test.each([
    ['by a longer file', 90],
    ['by a shorter file', 12],
    ['by an empty file', 0],
  ])('fail immediately and do not change the result of the new file, %s', async (which, count) => {
    const key = `${which}.ndjson`;
    const before = orders(40, 9);
    const parts = (await split(key, ndjson(before))).sort((a, b) => a.part - b.part);
    expect(await ingest(parts[0])).toEqual({});
    const fromFirst = (await drainOrderQueue()).length;
    await pipeline.upload(key, ndjson(orders(count, 10)));
    const [event] = await pipeline.drainQueue('UploadQueueUrl');
    for (const part of parts.slice(1)) {
      expect(await ingest(part)).toMatchObject({
        error: { code: 'file_changed' },
        retryInSeconds: 1,
      });
    }
    expect(await drainOrderQueue()).toEqual([]);
    expect(await receiptOf(key)).toMatchObject({
      status: 'failed',
      sent: fromFirst,
      error: { code: 'file_changed', message: expect.stringContaining('overwritten') },
    });

    await ingest(event);
    for (const part of await drainParts()) await ingest(part);
    const receipt = await receiptOf(key);
    expect(receipt).toMatchObject({ status: 'ingested', sent: count });
    // A late part of the first upload does not change the receipt of the second.
    expect(await ingest(parts[1])).toMatchObject({ error: expect.any(Error) });
    expect(await receiptOf(key)).toEqual(receipt);
  });
});

test('a part needs two listings, and one read for each of its ends and for its rows', async () => {
  const parts = (await split('counted.ndjson', ndjson(orders(60, 11)))).sort((a, b) => a.part - b.part);
  await ingest(parts[0]);
  const listings = intercept(S3Client.prototype, ListObjectsV2Command);
  const reads = intercept(S3Client.prototype, GetObjectCommand);
  await ingest(parts[1]);
  // One listing finds the earlier receipt, one checks whether all parts have ended.
  expect(listings).toHaveLength(2);
  expect(reads).toHaveLength(3);
});

test.each([
  ['a part after the last one', { part: 9, parts: 8 }, 'part'],
  ['a part that ends beyond the file', { to: 10_001 }, 'from'],
  ['a CSV without a header', { format: 'csv' }, 'header'],
  ['another run', { run: '../x' }, 'run'],
  ['a bucket that is a path', { bucket: '../b' }, 'bucket'],
])('a message with an invalid part moves to the dead-letter queue: %s', async (_which, wrong, path) => {
  const [part] = await split('wrong.ndjson', ndjson(orders(20, 12)));
  const outcome = await ingest({ ...part, ...wrong });
  expect(outcome).toMatchObject({ error: { code: 'invalid_input' }, retryInSeconds: 1 });
  expect(outcome).toMatchObject({
    error: {
      message: expect.stringMatching(
        new RegExp(
          `^upload message: must be a valid part of an order file, but .*${path}.* is not valid, received`,
        ),
      ),
    },
  });
});
