import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createMappings, type Mapping } from '../../local/lambda/mappings.ts';
import type { QueueReader } from '../../local/lambda/queue-reader.ts';

/** Creates the mappings of one function, whose queue stays empty. */
function create(options: Partial<Mapping> = {}) {
  let polls = 0;
  const reader: QueueReader = {
    async receive(_max, _waitMs, signal) {
      polls++;
      await once(signal, 'abort');
      polls--;
      return [];
    },
    delete: async () => undefined,
  };
  const limits: number[] = [];
  const mappings = createMappings();
  mappings.add({
    functionName: 'shop-local-greet',
    enabled: true,
    maximumConcurrency: 3,
    reader,
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
    batchSize: 10,
    batchingWindow: 0,
    reportsItemFailures: true,
    invoke: async () => ({ payload: 'null' }),
    onError: () => undefined,
    onConcurrency: (limit) => limits.push(limit),
    ...options,
  });
  onTestFinished(mappings.stop);
  const [{ uuid = '' } = {}] = mappings.list();
  return { mappings, uuid, limits, running: () => polls };
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
  const { mappings, uuid, running } = create();
  mappings.start();
  await mappings.stop();
  expect(running()).toBe(0);
  expect(mappings.update(uuid, { maximumConcurrency: 5 })).toMatchObject({ maximumConcurrency: 5 });
  await turn();
  expect(running()).toBe(0);
});
