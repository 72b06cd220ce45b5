import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createS3Client, createSqsClient } from '../../lib/aws/clients.ts';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import { mergeParts } from '../../lib/ingest/merge-parts.ts';
import { type PartMessage, partKeys } from '../../lib/ingest/part-message.ts';
import { intercept } from '../aws/intercept.ts';
import { keepObjects } from '../aws/keep-objects.ts';

const PARTS = 2_050;
const KEY = 'vast.ndjson';
const RUN = '0123456789abcdef';
const keys = partKeys(KEY, RUN);

let objects: ReturnType<typeof keepObjects>;

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  return () => vi.unstubAllEnvs();
});
beforeEach(() => {
  objects = keepObjects();
});

const merge = (part: number, timeLeft = 60_000) => {
  const client = createSqsClient();
  const services = {
    objectStore: createObjectStore(createS3Client(true)),
    orderQueue: createQueue(client, 'https://sqs.us-east-1.amazonaws.com/1/orders'),
    uploadQueue: createQueue(client, 'https://sqs.us-east-1.amazonaws.com/1/uploads'),
    resultsBucket: 'results',
  };
  const message: PartMessage = {
    event: 'OrderFilePart',
    bucket: 'uploads',
    key: KEY,
    etag: '"e"',
    size: PARTS,
    format: 'ndjson',
    first_row_at: 0,
    lines_before: 0,
    part,
    parts: PARTS,
    from: part - 1,
    to: part,
    run: RUN,
    started_at: '2026-11-27T11:00:00.000Z',
  };
  return mergeParts(message, services, Date.now() + timeLeft);
};

/** Writes the results of a part of ten lines: its receipt, and one rejected row at its third line. */
function end(part: number, fault?: string): void {
  const receipt = {
    status: fault ? 'failed' : 'ingested',
    ...{ part, parts: PARTS, lines: 10, rows: 10, sent: 9, rejected: 1, rejected_key: keys.rejected(part) },
    ...(fault && { error: { code: fault, message: `has ${fault}` } }),
    finished_at: new Date(part).toISOString(),
  };
  objects.set(`results/${keys.receipt(part)}`, { text: JSON.stringify(receipt) });
  objects.set(`results/${keys.rejected(part)}`, { text: `{"line":3,"errors":[],"raw":"of part ${part}"}\n` });
}

const rejectedLines = () =>
  (objects.get(`results/${KEY}.rejected.ndjson`)?.text ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('mergeParts merges thousands of parts by group and reads each receipt once', async () => {
  const reads = intercept(S3Client.prototype, GetObjectCommand);
  const listings = intercept(S3Client.prototype, ListObjectsV2Command);
  for (let part = 1; part < PARTS; part++) end(part);
  expect(await merge(7)).toBeUndefined();
  expect(await merge(1_007)).toBeUndefined();
  expect(await merge(PARTS - 1)).toBeUndefined();
  expect(reads).toHaveLength(2_000);
  end(PARTS);
  const receipt = await merge(PARTS);
  expect(receipt).toEqual({
    status: 'ingested',
    bucket: 'uploads',
    key: KEY,
    size: PARTS,
    etag: '"e"',
    format: 'ndjson',
    gzipped: false,
    rows: 20_500,
    sent: 18_450,
    rejected: 2_050,
    rejected_key: `${KEY}.rejected.ndjson`,
    parts: PARTS,
    started_at: '2026-11-27T11:00:00.000Z',
    finished_at: new Date(PARTS).toISOString(),
  });
  expect(JSON.parse(objects.get(`results/${KEY}.receipt.json`)?.text ?? '')).toEqual(receipt);
  expect(rejectedLines()).toEqual(
    Array.from({ length: PARTS }, (_, index) => ({
      line: 10 * index + 3,
      errors: [],
      raw: `of part ${index + 1}`,
    })),
  );
  // The receipts of the last group, the three groups twice, and the rejected rows.
  expect(reads.length - 2_000).toBe(50 + 2 * 3 + PARTS);
  expect(listings.length).toBeLessThan(20);
});

test('mergeParts reports the first failed part’s error and 100 failed parts, and keeps rejected rows up to the first', async () => {
  for (let part = 1; part <= PARTS; part++) end(part, part > 1_002 ? `fault_${part}` : undefined);
  for (const part of [1, 1_001, 2_001]) await merge(part);
  const receipt = JSON.parse(objects.get(`results/${KEY}.receipt.json`)?.text ?? '');
  expect(receipt).toMatchObject({
    status: 'failed',
    rejected: PARTS,
    error: { code: 'fault_1003', message: `part 1003 of ${PARTS}: has fault_1003` },
    failed_parts: Array.from({ length: 100 }, (_, index) => 1_003 + index),
  });
  expect(rejectedLines()).toHaveLength(1_003);
  expect(rejectedLines().at(-1)).toMatchObject({ line: 10_023 });

  // A part that is being read again has removed its rejected rows; it merges again when it ends.
  objects.delete(`results/${keys.rejected(1_003)}`);
  await merge(1_001);
  expect(rejectedLines()).toHaveLength(1_002);
});

test('mergeParts changes neither the rejected rows nor the receipt if it runs out of time', async () => {
  for (let part = 1; part <= PARTS; part++) end(part);
  await merge(1);
  await merge(1_001);
  objects.set(`results/${KEY}.rejected.ndjson`, { text: 'of an earlier upload' });
  await expect(merge(2_001, -1)).rejects.toMatchObject({
    code: 'time_up',
    message: expect.stringContaining('time limit, which ended in part 1 of 2050'),
  });
  expect(objects.get(`results/${KEY}.rejected.ndjson`)?.text).toBe('of an earlier upload');
  expect(objects.has(`results/${KEY}.receipt.json`)).toBe(false);
});
