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
/** The seconds after which failed messages were asked to come back. */
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
const takeQueued = () => pipeline.takeAll('OrderQueueUrl');
const result = (key: string) => pipeline.readObject('ResultsBucketName', key);
const receiptOf = async (key: string) => JSON.parse((await result(`${key}.receipt.json`)) ?? 'null');

const isUpload = ({ Bucket }: { Bucket?: string | undefined }): boolean =>
  Bucket === pipeline.output('UploadBucketName');

/** The bodies of the uploads that are opened. */
function watchBodies(): Readable[] {
  const bodies: Readable[] = [];
  intercept(S3Client.prototype, GetObjectCommand, async (input, pass) => {
    const output = await pass(input);
    if (isUpload(input) && output.Body instanceof Readable) bodies.push(output.Body);
    return output;
  });
  return bodies;
}

describe('an order queue that goes down in the middle of a file', () => {
  test('brings the upload back after five minutes; until then its receipt says what was sent', async () => {
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
    expect((await takeQueued()).length).toBe(receipt.sent);
    expect(receipt.sent).toBeGreaterThanOrEqual(400);
    // Reading ends with the fault, and so does the download: four batches of eight requests were under way.
    expect(requests.length).toBeLessThan(100);
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
    expect(log.lines('order file failed')).toMatchObject([{ reason: 'ServiceUnavailable' }]);
  });

  test('among bad rows keeps those in the results, and tells no row after the receipt', async () => {
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

describe('a download that breaks off', () => {
  // Of a gzipped file nothing may have been unpacked yet.
  test.each([
    ['broken.ndjson', 900],
    ['broken.ndjson.gz', 0],
  ])('fails for a passing reason, after what was read is sent: %s', async (key, least) => {
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
    expect((await takeQueued()).length).toBe(receipt.sent);
    expect(receipt.sent).toBeGreaterThanOrEqual(least);
  });
});

describe('time that is up', () => {
  test.each([
    ['good', orderRows(2_000)],
    ['bad', 'bad row\n'.repeat(2_000)],
  ])('ends a file of %s rows with a receipt that says so, and brings it back', async (kind, rows) => {
    const bodies = watchBodies();
    await pipeline.upload(`${kind}.ndjson`, rows);
    // The last minute is kept for the receipt.
    expect((await deliver(59_000)).failed).toHaveLength(1);
    expect(paces()).toEqual([300]);
    const receipt = await receiptOf(`${kind}.ndjson`);
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'time_up' } });
    expect(receipt.error.message).toMatch(/time limit.*after \d+ rows; split the file/);
    expect(receipt.rows).toBeLessThan(2_000);
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

test('a file whose download stalls ends at the deadline, with a receipt', async () => {
  intercept(S3Client.prototype, GetObjectCommand, async (input, pass) => {
    const answer = await pass(input);
    const [row = ''] = orderRows(1).split('\n');
    // One row, and then nothing, for ever.
    const stalled = new Readable({ read: () => undefined });
    stalled.push(`${row}\n`);
    return isUpload(input)
      ? { ...answer, Body: stalled as unknown as NonNullable<typeof answer.Body> }
      : answer;
  });
  await pipeline.upload('stalled.ndjson', orderRows(2));
  expect((await deliver(61_000)).failed).toHaveLength(1);
  expect(paces()).toEqual([300]);
  expect(await receiptOf('stalled.ndjson')).toMatchObject({ status: 'failed', error: { code: 'time_up' } });
});

test('a file that fails for a passing reason once more keeps the visibility timeout', async () => {
  intercept(S3Client.prototype, GetObjectCommand, async (input, pass) => {
    if (isUpload(input)) throw sdkError('SlowDown');
    return pass(input);
  });
  await pipeline.upload('again.ndjson', orderRows(1));
  const { failed } = await deliver();
  await pipeline.letComeBack('UploadQueueUrl', failed);
  expect((await deliver()).failed).toHaveLength(1);
  expect(paces()).toEqual([300]);
});

describe('a results bucket that is down', () => {
  test('while rejected rows are written fails the file, which is read no further, and says so in the receipt', async () => {
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

  test('when rejected rows are closed fails the file, though all its orders are sent', async () => {
    failPuts('.rejected.ndjson');
    await pipeline.upload('closing.ndjson', `${orderRows(3)}bad row\n`);
    expect((await deliver()).failed).toHaveLength(1);
    expect(paces()).toEqual([300]);
    const receipt = await receiptOf('closing.ndjson');
    expect(receipt).toMatchObject({ status: 'failed', sent: 3, rejected: 1, error: { code: 'SlowDown' } });
    expect(receipt).not.toHaveProperty('rejected_key');
  });

  test('when the receipt is written brings the upload back, however hopeless the file, and the log tells both', async () => {
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
