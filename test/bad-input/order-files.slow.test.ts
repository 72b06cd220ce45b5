import { ChangeMessageVisibilityBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Receipt, resultKey } from '../../lib/ingest/receipt.ts';
import type { RejectedRow } from '../../lib/ingest/rejected-rows.ts';
import { intercept } from '../aws/intercept.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { lambdaContext, type Pipeline, startPipeline } from '../handlers/start-pipeline.ts';
import { seedOrder } from '../order/seed-order.ts';
import { expectNoLeak } from './expect-no-leak.ts';
import { bombs, endlessFiles } from './files/bombs.ts';
import type { FileEntry, FileOutcome } from './files/file-entry.ts';
import { files } from './files.ts';
import { keys } from './keys.ts';
import { peakMemory } from './peak-memory.ts';
import { uploadEvents } from './upload-events.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/ingest.ts')['handler'];
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  pipeline = await startPipeline('ingest');
  ({ handler } = await import('../../handlers/ingest.ts'));
});
afterAll(() => pipeline.stop());
beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Delivers messages to the handler, like the event source mapping, after at most 2 s. */
const deliver = (remainingMs = 900_000) =>
  pipeline.deliver('UploadQueueUrl', handler, 2, lambdaContext(remainingMs));
const upload = (key: string, content: FileEntry['input']['content']) =>
  pipeline.upload(key, typeof content === 'function' ? content() : content);
const readResult = (key: string, ending: string) =>
  pipeline.readObject('ResultsBucketName', resultKey(key, ending));
const readReceipt = async (key: string): Promise<Receipt> =>
  JSON.parse((await readResult(key, '.receipt.json')) ?? '{}');

/** Reads the outcome of a file in the format of the corpus. */
async function outcomeOf(key: string): Promise<FileOutcome & { receipt: Receipt }> {
  const receipt = await readReceipt(key);
  const lines = (await readResult(key, '.rejected.ndjson'))?.trimEnd().split('\n') ?? [];
  const rows = lines.map((line) => JSON.parse(line) as RejectedRow);
  const rejected = rows.flatMap(({ line, errors }) =>
    errors.map(({ path, code }) => `${line} ${path}: ${code}`),
  );
  expect(receipt.rejected).toBe(rows.length);
  return {
    receipt,
    sent: receipt.sent,
    rejected,
    ...(receipt.error && { failed: receipt.error.code }),
  };
}

async function expectOutcome({ input: { key }, expected }: FileEntry): Promise<void> {
  const { receipt, ...outcome } = await outcomeOf(key);
  expect(outcome).toEqual({ rejected: [], ...expected });
  expect(receipt.status).toBe(expected.failed ? 'failed' : 'ingested');
  if (expected.failed && expected.failed !== 'time_up') expect(receipt.error?.message).toContain(key);
}

describe('ingest of an order file:', () => {
  let failedKeys: string[];
  let queued: number;

  beforeAll(async () => {
    log = captureLog();
    await pipeline.purge();
    for (const { input } of files) await upload(input.key, input.content);
    await pipeline.upload('last.ndjson', JSON.stringify({ ...seedOrder, order_id: 'after-all-of-them' }));
    const { received, failed } = await deliver();
    expect(received).toHaveLength(files.length + 1);
    failedKeys = failed.map(({ Body = '' }) => JSON.parse(Body).Records[0].s3.object.key);
    const orders = await pipeline.drainQueue<{ order_id: string }>('OrderQueueUrl');
    expect(orders.map(({ order_id }) => order_id)).toContain('after-all-of-them');
    queued = orders.length;
    expectNoLeak(log.text());
    vi.restoreAllMocks();
  });

  test.each(files)('$name', async (entry) => {
    await expectOutcome(entry);
    expect(failedKeys.includes(entry.input.key)).toBe(entry.expected.failed !== undefined);
  });

  test('only valid rows are sent', () => {
    expect(queued).toBe(files.reduce((sum, { expected }) => sum + expected.sent, 1));
  });
});

describe('ingest of a file that unpacks to a large size uses bounded memory:', () => {
  test.each(bombs)('$name', async (entry) => {
    await upload(entry.input.key, entry.input.content);
    const grown = await peakMemory(() => deliver());
    await expectOutcome(entry);
    expect(grown).toBeLessThan(192 * 1_048_576);
    expectNoLeak(log.text());
  });

  test.each(endlessFiles)('and stops before the timeout of the function: $name', async (entry) => {
    await upload(entry.input.key, entry.input.content);
    const before = Date.now();
    // Ingest reserves 60 s for the work after reading, so 0.5 s remain to read.
    const grown = await peakMemory(() => deliver(60_500));
    expect(Date.now() - before).toBeLessThan(15_000);
    await expectOutcome(entry);
    expect(grown).toBeLessThan(192 * 1_048_576);
  });
});

describe('ingest accepts any key and writes a receipt:', () => {
  beforeAll(async () => {
    log = captureLog();
    await pipeline.purge();
    for (const { input } of keys) await pipeline.upload(input, `${JSON.stringify(seedOrder)}\n`);
    const { received, failed } = await deliver();
    expect(received).toHaveLength(keys.length);
    expect(failed).toEqual([]);
    vi.restoreAllMocks();
  });

  test.each(keys)('$name', async ({ input, expected }) => {
    expect(await readReceipt(input)).toMatchObject({ key: input, status: 'ingested', sent: 1 });
    const fits = Buffer.byteLength(`${input}.receipt.json`) <= 1_024;
    expect(fits ? 'next to the file' : 'under a shortened key').toBe(expected.receipt);
  });
});

describe('ingest acknowledges a message of the upload queue, or fails it with a retry after one second:', () => {
  let records: SQSRecord[];

  beforeAll(async () => {
    await pipeline.purge();
    const bucket = pipeline.output('UploadBucketName');
    const bodies = uploadEvents.map(({ input }) => input(bucket));
    await pipeline.send('UploadQueueUrl', bodies);
    await pipeline.deliver('UploadQueueUrl', ({ Records }) => {
      records = bodies.map((body) => Records.find((record) => record.body === body) as SQSRecord);
      // Failed messages stay in flight, so their receipt handles stay valid.
      return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
  });

  test.each(uploadEvents.map((entry, index) => ({ ...entry, index })))(
    '$name',
    async ({ index, expected }) => {
      const changes = intercept(SQSClient.prototype, ChangeMessageVisibilityBatchCommand);
      await handler({ Records: [records[index] as SQSRecord] }, lambdaContext(900_000));
      const reasons = log.lines('upload failed').map(({ reason }) => reason);
      const isDone = 'acknowledged' in expected;
      expect(reasons).toEqual(isDone ? [] : [expected.deadLettered]);
      expect(changes.flatMap(({ Entries = [] }) => Entries.map((entry) => entry.VisibilityTimeout))).toEqual(
        isDone ? [] : [1],
      );
      expectNoLeak(log.text());
    },
  );
});
