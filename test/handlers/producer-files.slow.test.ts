import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { generateOrders } from '../../lib/produce/generator.ts';
import type { ProducerReport } from '../../lib/produce/produce-orders.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { captureLog } from './capture-log.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/producer.ts')['handler'];
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  pipeline = await startPipeline('producer');
  ({ handler } = await import('../../handlers/producer.ts'));
});
afterAll(() => pipeline.stop());
beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const invoke = async (event: unknown) => (await handler(event, lambdaContext(900_000))) as ProducerReport;

async function keysOf(seed: number): Promise<string[]> {
  const Bucket = pipeline.output('UploadBucketName');
  const { Contents = [] } = await pipeline.s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: 'generated/' }),
  );
  return Contents.flatMap(({ Key = '' }) => (Key.includes(`-${seed}/`) ? [Key] : [])).sort();
}

test('the producer writes files of the given size, numbered in a folder per run', async () => {
  const report = await invoke({ count: 250, via: 's3', ordersPerFile: 100, seed: 11 });
  expect(report).toMatchObject({ requested: 250, sent: 250, failed: 0, files: 3, requests: 3, seed: 11 });
  const keys = await keysOf(11);
  const [folder] = /^generated\/[^/]+\//.exec(keys[0] ?? '') ?? [];
  expect(keys).toEqual(['00001', '00002', '00003'].map((number) => `${folder}orders-${number}.ndjson`));

  const texts = await Promise.all(keys.map((key) => pipeline.readObject('UploadBucketName', key)));
  expect(texts.map((text) => text?.trimEnd().split('\n').length)).toEqual([100, 100, 50]);
  const orders = texts.join('').trimEnd().split('\n');
  expect(orders.map((line) => JSON.parse(line))).toEqual([...generateOrders({ count: 250, seed: 11 })]);
});

test('the producer writes 1,000 orders a file by default', async () => {
  expect(await invoke({ count: 1_001, via: 's3', seed: 12 })).toMatchObject({ sent: 1_001, files: 2 });
});

test('the producer counts the orders of a failed upload as failed and logs the reason', async () => {
  intercept(S3Client.prototype, PutObjectCommand, async (input, pass) => {
    if (input.Key?.endsWith('orders-00002.ndjson')) throw sdkError('SlowDown');
    return pass(input);
  });
  const report = await invoke({ count: 25, via: 's3', ordersPerFile: 10, seed: 13 });
  expect(report).toMatchObject({ sent: 15, failed: 10, files: 2, requests: 3 });
  expect(await keysOf(13)).toHaveLength(2);
  expect(log.lines('orders produced')).toMatchObject([{ reasons: { SlowDown: 10 } }]);
});
