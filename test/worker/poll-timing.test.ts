import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { pollQueue } from '../../worker/poll-queue.ts';
import { skipPauses } from '../skip-pauses.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('pollQueue waits longer after each failed poll, starts over after an answer, and gives open polls 250 ms when it stops', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const pauses = skipPauses();
  const statuses = [500, 500, 200, 500];
  const held = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    const status = statuses.shift();
    // The last poll gets no answer.
    if (status === undefined) return held.resolve();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const queueUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/000000000000/work`;
  vi.stubEnv('AWS_ENDPOINT_URL', new URL(queueUrl).origin);
  const onFailure = vi.fn<(error: Error) => void>();
  const stop = pollQueue({
    queueUrl,
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:work',
    batchSize: 10,
    visibilityTimeout: 300,
    concurrency: 1,
    onBatch: async () => undefined,
    onAnswer: () => undefined,
    onFailure,
  });
  await held.promise;
  expect(pauses).toEqual([50, 100, 50]);
  expect(onFailure).toHaveBeenCalledTimes(3);
  await stop();
  expect(pauses).toEqual([50, 100, 50, 250]);
  expect(onFailure).toHaveBeenCalledTimes(3);
});
