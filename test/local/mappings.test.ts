import { setImmediate as turn } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { createMappings, type Mapping } from '../../local/lambda/mappings.ts';

/** Creates the mappings of one function, whose queue stays empty. */
function create(options: Partial<Mapping> = {}) {
  const polls = new Set<PromiseWithResolvers<never>>();
  function send(): Promise<never> {
    const poll = Promise.withResolvers<never>();
    polls.add(poll);
    return poll.promise.finally(() => polls.delete(poll));
  }
  const limits: number[] = [];
  const mappings = createMappings({ send } as unknown as SQSClient);
  mappings.add({
    functionName: 'shop-local-greet',
    enabled: true,
    maximumConcurrency: 3,
    queueUrl: 'http://queue',
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
    batchSize: 10,
    batchingWindow: 0,
    reportsItemFailures: true,
    invoke: async () => ({ payload: 'null' }),
    onError: () => undefined,
    onConcurrency: (limit) => limits.push(limit),
    ...options,
  });
  async function stop(): Promise<void> {
    const stopped = mappings.stop();
    for (const { reject } of polls) reject(new Error('the queue is gone'));
    await stopped;
  }
  onTestFinished(stop);
  const [{ uuid = '' } = {}] = mappings.list();
  return { mappings, uuid, limits, stop, running: () => polls.size };
}

test('a mapping polls with its maximum concurrency, or with ten pollers if it has none', () => {
  for (const [maximumConcurrency, pollers] of [
    [3, 3],
    [undefined, 10],
  ] as const) {
    const { mappings, running, limits } = create({ maximumConcurrency });
    expect(running()).toBe(0);
    mappings.start();
    expect(running()).toBe(pollers);
    expect(limits).toEqual([pollers]);
  }
});

test('a change before the start takes effect with it', () => {
  const { mappings, uuid, running } = create();
  expect(mappings.update(uuid, { maximumConcurrency: 2 })).toMatchObject({ maximumConcurrency: 2 });
  expect(mappings.update('another', { maximumConcurrency: 4 })).toBeUndefined();
  mappings.start();
  expect(running()).toBe(2);
});

test('a change after the stop starts no poller', async () => {
  const { mappings, uuid, stop, running } = create();
  mappings.start();
  await stop();
  expect(running()).toBe(0);
  expect(mappings.update(uuid, { maximumConcurrency: 5 })).toMatchObject({ maximumConcurrency: 5 });
  await turn();
  expect(running()).toBe(0);
});
