import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { QUEUES } from '../../topology.ts';
import { startWorker, type TestWorker } from './start-worker.ts';
import { startWorkerCloud, type WorkerCloud } from './start-worker-cloud.ts';

const { buildWorker } = createRequire(import.meta.url)('../../worker/build.cjs') as {
  buildWorker: (outFile: string) => Promise<void>;
};

let cloud: WorkerCloud;
beforeAll(async () => {
  cloud = await startWorkerCloud();
});
afterEach(() => cloud.reset());
afterAll(() => cloud.stop());

describe('at its start, a worker', () => {
  it('derives its timeouts from the queue or its command line', async () => {
    const started = await cloud.startConsumer().logged('worker started');
    expect(started).toMatchObject({
      function: 'consumer',
      queue: 'arn:aws:sqs:us-east-1:000000000000:order-pipeline-local-order-queue',
      concurrency: 10,
      visibility_timeout: 181,
      timeout: 30,
    });
    await cloud.setVisibilityTimeout(13);
    expect(await cloud.startConsumer().logged('worker started')).toMatchObject({ timeout: 2 });
    const patient = cloud.startConsumer(['--timeout', '60', '--concurrency', '3']);
    expect(await patient.logged('worker started')).toMatchObject({
      concurrency: 3,
      visibility_timeout: 13,
      timeout: 60,
    });
  });

  it('names the missing settings and exits with 1', async () => {
    const worker = startWorker(['--function', 'consumer']);
    expect((await worker.logged('worker cannot start')).error).toMatchObject({
      message: 'environment variables: ORDER_QUEUE_URL: must be a URL, received nothing',
    });
    expect(await worker.ended).toEqual({ status: 1, text: '' });
  });

  it('refuses a queue with a visibility timeout that is too short', async () => {
    await cloud.setVisibilityTimeout(5);
    const worker = cloud.startConsumer();
    expect((await worker.logged('worker cannot start')).error).toMatchObject({
      message: expect.stringMatching(
        /^queue arn:.*order-queue: VisibilityTimeout must be at least 6 s, received 5$/,
      ),
    });
    expect(await worker.ended).toEqual({ status: 1, text: '' });
  });

  it('refuses a health port that is in use', async () => {
    const { health } = await cloud.startConsumer().logged('worker started');
    const { port } = new URL(String(health));
    const worker = cloud.startConsumer(['--health-port', port]);
    expect((await worker.logged('worker cannot start')).error).toMatchObject({
      message: expect.stringContaining(`EADDRINUSE: address already in use 127.0.0.1:${port}`),
    });
    expect((await worker.ended).status).toBe(1);
  });

  it('explains an invalid command line and exits with 2', async () => {
    const names = QUEUES.map(({ consumer }) => consumer);
    expect(await startWorker(['--function', 'producer']).ended).toEqual({
      status: 2,
      text: `--function: must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, received producer\nSee --help\n`,
    });
    const { status, text } = await startWorker(['--function', 'consumer', '--settings', '/nowhere']).ended;
    expect(text).toContain('--settings: cannot read /nowhere (ENOENT');
    expect(status).toBe(2);
  });

  it('prints its options when asked to', async () => {
    const { status, text } = await startWorker(['--help']).ended;
    expect(text).toContain('--function NAME');
    expect(status).toBe(0);
  });
});

describe('while the ledger does not answer, a worker', () => {
  /** Starts a worker with ten orders in flight that it cannot process. */
  async function startStuck(...args: string[]): Promise<TestWorker> {
    const silent = createServer(() => undefined);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    await cloud.sendOrders(10);
    const { port } = silent.address() as AddressInfo;
    const worker = cloud.startConsumer(args, { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` });
    await cloud.until(
      async () => (await worker.health()).body.in_flight,
      (count) => count === 10,
    );
    return worker;
  }

  it('is healthy until it is stopped, and then its health endpoint answers 503', async () => {
    const worker = await startStuck('--deadline', '60');
    expect(await worker.health()).toEqual({
      status: 200,
      body: {
        status: 'ok',
        function: 'consumer',
        in_flight: 10,
        handled: 0,
        failed: 0,
        last_poll_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    });
    worker.kill('SIGTERM');
    await worker.logged('worker stopping');
    expect(await worker.health()).toMatchObject({ status: 503, body: { status: 'stopping', in_flight: 10 } });
  });

  it('exits with 1 at its deadline after a stop, and leaves its messages in the queue', async () => {
    const worker = await startStuck('--deadline', '1');
    worker.kill('SIGTERM');
    expect(await worker.ended).toEqual({ status: 1, text: '' });
    expect(worker.lines('worker stopped')).toMatchObject([{ reason: 'SIGTERM', in_flight: 10, handled: 0 }]);
    expect(await cloud.depth('OrderQueueUrl')).toBe(10);
  });

  it('exits immediately on a second signal, unless that belongs to the same Ctrl-C', async () => {
    const worker = await startStuck('--deadline', '60');
    worker.kill('SIGINT');
    worker.kill('SIGTERM');
    await worker.logged('worker stopping');
    await sleep(1_100);
    expect((await worker.health()).status).toBe(503);
    worker.kill('SIGTERM');
    expect(await worker.ended).toEqual({ status: 130, text: '' });
  });

  it('exits with 1 when a batch exceeds its timeout, and leaves the messages in the queue', async () => {
    const worker = await startStuck('--timeout', '2');
    expect(await worker.ended).toEqual({ status: 1, text: '' });
    expect(worker.lines('batch ran out of time')).toMatchObject([
      { messages: 10, error: { message: 'batch: did not finish within 2 s' } },
    ]);
    expect(worker.lines('worker stopped')).toMatchObject([
      { reason: 'a batch ran out of time', in_flight: 0, handled: 0, failed: 10 },
    ]);
    expect(await cloud.depth('OrderQueueUrl')).toBe(10);
    expect(await cloud.takeConfirmed()).toEqual([]);
  });
});

it("the worker's bundle is one file that runs without any other", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'order-worker-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'order-worker.mjs');
  await buildWorker(file);
  expect(await readdir(directory)).toEqual(['order-worker.mjs']);

  const sent = await cloud.sendOrders(50);
  const worker = startWorker(['--function', 'consumer', '--settings', cloud.settingsFile], {}, file);
  await cloud.drained();
  worker.kill('SIGTERM');
  expect(await worker.ended).toEqual({ status: 0, text: '' });
  expect(await cloud.takeConfirmed()).toEqual(sent);
});
