import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { generateOrders } from '../../lib/produce/generator.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { captureLog } from './capture-log.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/ingest.ts')['handler'];
let log: ReturnType<typeof captureLog>;
/** Delays in seconds that were set for failed messages. */
let paces: () => (number | undefined)[];

beforeAll(async () => {
  pipeline = await startPipeline('ingest');
  ({ handler } = await import('../../handlers/ingest.ts'));
});
afterAll(() => pipeline.stop());
beforeEach(async () => {
  await pipeline.purge();
  log = captureLog();
  const changes = intercept(SQSClient.prototype, ChangeMessageVisibilityBatchCommand);
  paces = () => changes.flatMap(({ Entries = [] }) => Entries.map((entry) => entry.VisibilityTimeout));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const orderRows = (count: number): string =>
  Array.from(generateOrders({ count, seed: 1 }), (order) => `${JSON.stringify(order)}\n`).join('');
const deliver = (remainingMs = 900_000) =>
  pipeline.deliver('UploadQueueUrl', handler, 2, lambdaContext(remainingMs));
const drainOrderQueue = () => pipeline.drainQueue('OrderQueueUrl');
const result = (key: string) => pipeline.readObject('ResultsBucketName', key);
const receiptOf = async (key: string) => JSON.parse((await result(`${key}.receipt.json`)) ?? 'null');

const isUpload = ({ Bucket }: { Bucket?: string | undefined }): boolean =>
  Bucket === pipeline.output('UploadBucketName');

/** Records the bodies of the opened uploads. */
function watchBodies(): Readable[] {
  const bodies: Readable[] = [];
  intercept(S3Client.prototype, GetObjectCommand, async (input, pass) => {
    const output = await pass(input);
    if (isUpload(input) && output.Body instanceof Readable) bodies.push(output.Body);
    return output;
  });
  return bodies;
}

describe('ingest when the order queue fails midway through a file', () => {
  test('retries the upload after five minutes, and counts the sent orders in the receipt', async () => {
    const bodies = watchBodies();
    let underWay = 0;
    let down = false;
    const requests = intercept(SQSClient.prototype, SendMessageBatchCommand, async (input, pass) => {
      if (down) throw sdkError('ServiceUnavailable');
      down = requests.length >= 40;
      underWay++;
      await sleep(20);
      return pass(input).finally(() => underWay--);
    });
    await pipeline.upload('long.ndjson', orderRows(5_000));
    expect((await deliver()).failed).toHaveLength(1);

    expect(underWay).toBe(0);
    expect(paces()).toEqual([300]);
    const receipt = await receiptOf('long.ndjson');
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'ServiceUnavailable' } });
    expect((await drainOrderQueue()).length).toBe(receipt.sent);
    expect(receipt.sent).toBeGreaterThanOrEqual(400);
    // The error ends reading and the download; four batches of eight requests were in flight.
    expect(requests.length).toBeLessThan(100);
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
    expect(log.lines('order file failed')).toMatchObject([{ reason: 'ServiceUnavailable' }]);
  });

  test('keeps the rejected rows, and writes no row after the receipt', async () => {
    intercept(SQSClient.prototype, SendMessageBatchCommand, async () => {
      await sleep(20);
      throw sdkError('ServiceUnavailable');
    });
    const rows = orderRows(3_000).replaceAll('\n', '\nbad row\n');
    await pipeline.upload('both.ndjson', rows);
    expect((await deliver()).failed).toHaveLength(1);
    const receipt = await receiptOf('both.ndjson');
    expect(receipt).toMatchObject({ status: 'failed', sent: 0, rejected_key: 'both.ndjson.rejected.ndjson' });
    const rejected = (await result('both.ndjson.rejected.ndjson'))?.trimEnd().split('\n');
    expect(rejected).toHaveLength(receipt.rejected);
    expect(receipt.rows).toBeLessThan(3_000);
  });
});

describe('ingest when a download breaks off', () => {
  // A gzipped file may not have yielded any row yet.
  test.each([
    ['broken.ndjson', 900],
    ['broken.ndjson.gz', 0],
  ])('sends the orders read so far and fails with a transient error: %s', async (key, least) => {
    intercept(S3Client.prototype, GetObjectCommand, async (input, pass) => {
      const output = await pass(input);
      if (!isUpload(input)) return output;
      const bytes = Buffer.from((await output.Body?.transformToByteArray()) ?? '');
      async function* halfOfIt() {
        yield bytes.subarray(0, bytes.length / 2);
        throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      }
      return { ...output, Body: Readable.from(halfOfIt()) as unknown as NonNullable<typeof output.Body> };
    });
    const rows = orderRows(2_000);
    await pipeline.upload(key, key.endsWith('.gz') ? gzipSync(rows) : rows);
    expect((await deliver()).failed).toHaveLength(1);
    expect(paces()).toEqual([300]);
    const receipt = await receiptOf(key);
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'ECONNRESET' } });
    expect((await drainOrderQueue()).length).toBe(receipt.sent);
    expect(receipt.sent).toBeGreaterThanOrEqual(least);
  });
});

describe('ingest when its time is up', () => {
  test.each([
    ['good', orderRows(2_000)],
    ['bad', 'bad row\n'.repeat(2_000)],
  ])('writes a receipt with the error and retries a file of %s rows', async (kind, rows) => {
    const bodies = watchBodies();
    await pipeline.upload(`${kind}.ndjson`, rows);
    // The last minute is reserved for the receipt.
    expect((await deliver(59_000)).failed).toHaveLength(1);
    expect(paces()).toEqual([300]);
    const receipt = await receiptOf(`${kind}.ndjson`);
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'time_up' } });
    expect(receipt.error.message).toMatch(/time limit.*after \d+ rows; split the file/);
    expect(receipt.rows).toBeLessThan(2_000);
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

test('ingest ends a stalled download at the deadline, with a receipt', async () => {
  intercept(S3Client.prototype, GetObjectCommand, async (input, pass) => {
    const response = await pass(input);
    const [row = ''] = orderRows(1).split('\n');
    // One row, then no more data.
    const stalled = new Readable({ read: () => undefined });
    stalled.push(`${row}\n`);
    return isUpload(input)
      ? { ...response, Body: stalled as unknown as NonNullable<typeof response.Body> }
      : response;
  });
  await pipeline.upload('stalled.ndjson', orderRows(2));
  expect((await deliver(61_000)).failed).toHaveLength(1);
  expect(paces()).toEqual([300]);
  expect(await receiptOf('stalled.ndjson')).toMatchObject({ status: 'failed', error: { code: 'time_up' } });
});

test('ingest keeps the visibility timeout after the second transient error of a file', async () => {
  intercept(S3Client.prototype, GetObjectCommand, async (input, pass) => {
    if (isUpload(input)) throw sdkError('SlowDown');
    return pass(input);
  });
  await pipeline.upload('again.ndjson', orderRows(1));
  const { failed } = await deliver();
  await pipeline.endVisibilityTimeout('UploadQueueUrl', failed);
  expect((await deliver()).failed).toHaveLength(1);
  expect(paces()).toEqual([300]);
});

describe('ingest when the results bucket fails', () => {
  test('stops reading and reports the error in the receipt if rejected rows cannot be written', async () => {
    intercept(S3Client.prototype, UploadPartCommand, async () => {
      throw sdkError('SlowDown');
    });
    const bodies = watchBodies();
    await pipeline.upload('rejects.ndjson', `${'x'.repeat(4_000)}\n`.repeat(12_000));
    expect((await deliver()).failed).toHaveLength(1);
    expect(paces()).toEqual([300]);
    const receipt = await receiptOf('rejects.ndjson');
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'SlowDown' } });
    expect(receipt).not.toHaveProperty('rejected_key');
    expect(receipt.rows).toBeLessThan(12_000);
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  test('fails the file if the rejected rows cannot be completed, although all orders were sent', async () => {
    failPuts('.rejected.ndjson');
    await pipeline.upload('closing.ndjson', `${orderRows(3)}bad row\n`);
    expect((await deliver()).failed).toHaveLength(1);
    expect(paces()).toEqual([300]);
    const receipt = await receiptOf('closing.ndjson');
    expect(receipt).toMatchObject({ status: 'failed', sent: 3, rejected: 1, error: { code: 'SlowDown' } });
    expect(receipt).not.toHaveProperty('rejected_key');
  });

  test('retries even an unreadable file if its receipt cannot be written, and logs both errors', async () => {
    failPuts('.receipt.json');
    await pipeline.upload('unsaid.ndjson.gz', 'not gzip');
    expect((await deliver()).failed).toHaveLength(1);
    expect(paces()).toEqual([300]);
    expect(log.lines('order file failed')).toMatchObject([{ key: 'unsaid.ndjson.gz', reason: 'bad_gzip' }]);
    expect(log.lines('upload failed')).toMatchObject([{ reason: 'SlowDown' }]);
  });

  function failPuts(ending: string): void {
    intercept(S3Client.prototype, PutObjectCommand, async (input, pass) => {
      if (input.Key?.endsWith(ending)) throw sdkError('SlowDown');
      return pass(input);
    });
  }
});
