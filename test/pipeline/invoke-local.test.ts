import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runServerless } from '../run-serverless.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

const EVENTS = resolve(import.meta.dirname, '../../events');

/** What each function answers to each of its sample events, or a part of what it prints where it refuses one. */
const ANSWERS: Record<string, unknown> = {
  'producer-invoke.json': { requested: 50, sent: 50, failed: 0, seed: 7 },
  'producer-invoke-s3.json': { requested: 500, sent: 500, files: 2, seed: 8 },
  'producer-invoke-bad-count.json': 'count: must be a whole number from 1 to 1,000,000, received 0',
  'producer-schedule.json': { requested: 100, sent: 100 },
  'producer-http.json': { statusCode: 202, body: expect.stringContaining('"sent":100') },
  'producer-http-bad-field.json': { statusCode: 400, body: expect.stringContaining('cuont') },
  'intake-order.json': { statusCode: 202, body: expect.stringContaining('"accepted":[{"index":0') },
  'intake-orders-one-bad.json': { statusCode: 202, body: expect.stringContaining('"rejected":[{"index":1') },
  'intake-not-json.json': { statusCode: 400, body: expect.stringContaining('body: must be JSON') },
  'consumer-orders.json': { batchItemFailures: [] },
  'consumer-one-poison.json': {
    batchItemFailures: [{ itemIdentifier: '00000000-0000-4000-8000-000000000004' }],
  },
  'ingest-upload.json': { batchItemFailures: [] },
  'ingest-missing-object.json': {
    batchItemFailures: [{ itemIdentifier: '00000000-0000-4000-8000-000000000007' }],
  },
  'ingest-test-event.json': { batchItemFailures: [] },
};

let cloud: TestCloud;
let printed: Map<string, string>;

beforeAll(async () => {
  cloud = await startTestCloud();
  await cloud.clients.s3.send(
    new PutObjectCommand({
      Bucket: cloud.output('UploadBucketName'),
      Key: 'orders.csv',
      Body: await readFile(join(EVENTS, 'files/orders.csv')),
    }),
  );
  printed = new Map(
    await pMap(Object.keys(ANSWERS), async (file) => [file, await invokeLocal(file)], { concurrency: 2 }),
  );
}, 300_000);
afterAll(() => cloud.stop());

/** All that `serverless invoke local` prints, whether the function answers or throws. */
async function invokeLocal(file: string): Promise<string> {
  const [name = ''] = file.split('-');
  const args = ['invoke', 'local', '-f', name, '--stage', 'local', '--path', `events/${file}`];
  const environment = { ORDER_PIPELINE_LOCAL_DIR: cloud.localDirectory };
  return runServerless(args, environment, async (_folder, { stdout }) => stdout).catch(
    (error: Error) => error.message,
  );
}

/** The answer is the last thing printed, as indented JSON; log lines come before it. */
const answerOf = (text: string): unknown => JSON.parse(text.slice(text.lastIndexOf('\n{\n') + 1));

describe('serverless invoke local', () => {
  it('has an answer for every sample event', async () => {
    const files = (await readdir(EVENTS)).filter((name) => name.endsWith('.json'));
    expect(files.sort()).toEqual(Object.keys(ANSWERS).sort());
  });

  for (const [file, expected] of Object.entries(ANSWERS)) {
    it(`answers ${file}`, () => {
      const text = `\n${printed.get(file) ?? ''}`;
      if (typeof expected === 'string') expect(text).toContain(expected);
      else expect(answerOf(text)).toMatchObject(expected as object);
    });
  }
});
