import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createS3Client, createSqsClient } from '../../lib/aws/clients.ts';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import { ingestUpload } from '../../lib/ingest/ingest-upload.ts';
import { logger } from '../../lib/observability/logger.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { readReceipt } from '../../operations/read-receipt.ts';
import { answerSends } from '../aws/answer-sends.ts';
import { sdkError } from '../aws/intercept.ts';
import { keepObjects } from '../aws/keep-objects.ts';
import { captureLog } from '../handlers/capture-log.ts';

let log: ReturnType<typeof captureLog>;

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const objectStore = createObjectStore(createS3Client(true));
const orderQueue = createQueue(createSqsClient(), 'https://sqs.us-east-1.amazonaws.com/1/orders');
const uploadQueue = createQueue(createSqsClient(), 'https://sqs.us-east-1.amazonaws.com/1/uploads');
const services = { objectStore, orderQueue, uploadQueue, resultsBucket: 'results' };

interface Ingest {
  keys?: string[];
  /** In ms from now. */
  timeLeft?: number;
  receiveCount?: number;
}

function ingest({ keys = ['a.ndjson'], timeLeft = 60_000, receiveCount = 1 }: Ingest = {}) {
  const Records = keys.map((key) => ({ s3: { bucket: { name: 'uploads' }, object: { key } } }));
  return ingestUpload(JSON.stringify({ Records }), services, Date.now() + timeLeft, receiveCount);
}

const receiptOf = async (key: string) =>
  JSON.parse((await readReceipt({ objectStore, resultsBucket: 'results', key })) ?? 'null');
const rows = (count: number) => [...generateOrders({ count, seed: 7 })].map((order) => JSON.stringify(order));
const failsWith = (code: string) => expect.objectContaining({ code });
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);

describe('ingestUpload', () => {
  test('sends the orders of a valid file and writes a receipt', async () => {
    const objects = keepObjects();
    const sent = answerSends();
    const text = rows(95).join('\n');
    objects.set('uploads/a.ndjson', { text });
    objects.set('results/a.ndjson.rejected.ndjson', { text: 'of an earlier upload' });
    expect(await ingest()).toEqual({});
    expect(sent.flat()).toEqual(rows(95));
    expect(sent.length).toBe(10);
    expect(await receiptOf('a.ndjson')).toEqual({
      status: 'ingested',
      bucket: 'uploads',
      key: 'a.ndjson',
      size: Buffer.byteLength(text),
      etag: '"etag"',
      format: 'ndjson',
      gzipped: false,
      rows: 95,
      sent: 95,
      rejected: 0,
      started_at: TIME,
      finished_at: TIME,
    });
    expect(objects.get('results/a.ndjson.receipt.json')?.type).toBe('application/json');
    expect([...objects.keys()]).not.toContain('results/a.ndjson.rejected.ndjson');
    expect(log.entries()).toMatchObject([
      { level: 'INFO', message: 'order file ingested', key: 'a.ndjson', rows: 95, sent: 95, rejected: 0 },
    ]);
    expect(log.entries()[0]).not.toHaveProperty('reason');
    expect(log.metrics()).toMatchObject([{ RowsRead: 95, RowsRejected: 0, OrdersIngested: 95 }]);
  });

  test('writes rejected rows to the results bucket', async () => {
    const objects = keepObjects();
    answerSends();
    objects.set('uploads/a.ndjson', { text: [...rows(2), 'no json', '[7]'].join('\n') });
    expect(await ingest()).toEqual({});
    const place = 'a.ndjson.rejected.ndjson';
    expect(await receiptOf('a.ndjson')).toMatchObject({ rows: 4, sent: 2, rejected: 2, rejected_key: place });
    const rejected = objects.get(`results/${place}`);
    expect(rejected?.type).toBe('application/x-ndjson');
    expect(
      rejected?.text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { line: 3, errors: [failsWith('not_json')], raw: 'no json' },
      { line: 4, errors: [failsWith('not_an_object')], raw: '[7]' },
    ]);
  });

  test('ingests the files of an event until one fails', async () => {
    const objects = keepObjects();
    const sent = answerSends();
    for (const key of ['a.ndjson', 'c.ndjson']) objects.set(`uploads/${key}`, { text: rows(1).join('') });
    expect(await ingest({ keys: ['a.ndjson', 'b.ndjson', 'c.ndjson'] })).toMatchObject({
      error: expect.any(Error),
    });
    expect(sent).toHaveLength(1);
    expect(await receiptOf('b.ndjson')).toMatchObject({ status: 'failed', error: { code: 'NoSuchKey' } });
    expect(await receiptOf('c.ndjson')).toBeNull();
  });
});

describe('ingestUpload retries an invalid message after 1 s:', () => {
  test('a message that is not an S3 event', async () => {
    const outcome = await ingestUpload('{}', services, Date.now() + 60_000, 3);
    expect(outcome).toEqual({ error: failsWith('invalid_input'), retryInSeconds: 1 });
    expect(log.entries()).toMatchObject([
      { level: 'WARN', message: 'upload failed', reason: 'invalid_input' },
    ]);
  });

  test('a message whose file was deleted or is unreadable', async () => {
    const objects = keepObjects();
    objects.set('uploads/b.gz', { text: 'not gzip' });
    const gone = { error: failsWith('NoSuchKey'), retryInSeconds: 1 };
    expect(await ingest({ keys: ['a.ndjson'], receiveCount: 2 })).toEqual(gone);
    const unreadable = { error: failsWith('bad_gzip'), retryInSeconds: 1 };
    expect(await ingest({ keys: ['b.gz'], receiveCount: 2 })).toEqual(unreadable);
    expect(log.lines('order file failed')).toMatchObject([{ reason: 'NoSuchKey' }, { reason: 'bad_gzip' }]);
  });
});

describe('ingestUpload after a transient error', () => {
  test('retries after five minutes, and later after the visibility timeout', async () => {
    keepObjects({
      get: () => {
        throw sdkError('SlowDown');
      },
    });
    expect(await ingest()).toEqual({ error: failsWith('SlowDown'), retryInSeconds: 300 });
    expect(await ingest({ receiveCount: 2 })).toEqual({ error: failsWith('SlowDown') });
  });

  test('sends the remaining orders in flight, and writes their number and the error to the receipt', async () => {
    const objects = keepObjects();
    const [, refused] = rows(3);
    answerSends((body) => (body === refused ? 'AccessDenied' : undefined));
    objects.set('uploads/a.ndjson', { text: rows(3).join('\n') });
    logger.setLogLevel('DEBUG');
    expect(await ingest()).toMatchObject({ error: failsWith('AccessDenied') });
    logger.setLogLevel('INFO');
    const ids = rows(3).map((row) => JSON.parse(row).order_id);
    expect(log.lines('ingested').map(({ order_id }) => order_id)).toEqual([ids[0], ids[2]]);
    expect(log.lines('not ingested').map(({ order_id }) => order_id)).toEqual([ids[1]]);
    const error = { code: 'AccessDenied', message: 'SendMessageBatch: AccessDenied: injected' };
    expect(await receiptOf('a.ndjson')).toMatchObject({ status: 'failed', rows: 3, sent: 2, error });
  });

  test('stops reading after the batches in flight if the queue fails', async () => {
    const objects = keepObjects();
    const sent = answerSends(() => 'AccessDenied');
    objects.set('uploads/a.ndjson', { text: rows(2_000).join('\n') });
    expect(await ingest()).toMatchObject({ error: expect.any(Error) });
    const receipt = await receiptOf('a.ndjson');
    expect(receipt.sent).toBe(0);
    expect(receipt.rows).toBeLessThan(1_000);
    expect(sent.length).toBeLessThan(100);
  });

  test('retries a file whose receipt cannot be written, even if the file was ingested or is invalid', async () => {
    let failing = '.rejected.ndjson';
    const objects = keepObjects({
      put: (place) => {
        if (place.endsWith(failing)) throw sdkError('SlowDown');
      },
    });
    answerSends();
    objects.set('uploads/a.ndjson', { text: `${rows(1)[0]}\nno json` });
    const error = failsWith('SlowDown');
    expect(await ingest()).toEqual({ error, retryInSeconds: 300 });
    const receipt = await receiptOf('a.ndjson');
    expect(receipt).toMatchObject({ status: 'failed', sent: 1, rejected: 1, error: { code: 'SlowDown' } });
    expect(receipt).not.toHaveProperty('rejected_key');

    failing = '.receipt.json';
    objects.set('uploads/b.gz', { text: 'not gzip' });
    expect(await ingest({ keys: ['b.gz'] })).toEqual({ error, retryInSeconds: 300 });
  });
});

test('ingestUpload sends the orders read before its deadline, and reports the number of rows', async () => {
  const objects = keepObjects();
  const sent = answerSends();
  objects.set('uploads/a.ndjson', { text: rows(10).join('\n') });
  expect(await ingest({ timeLeft: -1 })).toMatchObject({ error: expect.any(Error), retryInSeconds: 300 });
  expect(await receiptOf('a.ndjson')).toMatchObject({
    status: 'failed',
    error: {
      code: 'time_up',
      message:
        "order file: must be read within the function's time limit, which ended after 1 rows; split the file",
    },
  });
  expect(sent.flat()).toEqual(rows(1));
});

test('an unreadable receipt is an error, not a missing receipt', async () => {
  keepObjects({
    get: () => {
      throw sdkError('SlowDown');
    },
  });
  await expect(receiptOf('a.ndjson')).rejects.toMatchObject({ name: 'ServiceError', code: 'SlowDown' });
});
