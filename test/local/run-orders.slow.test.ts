import { describe, expect, test, vi } from 'vitest';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { runOrders } from '../../local/start/run-orders.ts';
import { readStartOptions } from '../../local/start/start-options.ts';
import { eventCounts, pipelineCounts, storedRows } from './pipeline-counts.ts';

type Invoke = EmbeddedCloud['invoke'];

/** Returns the report of a producer invocation that took 100 ms. */
const report = (sent: number, failed = 0, seed = 1) => ({
  payload: JSON.stringify({ requested: 0, sent, failed, files: 0, requests: 1, elapsedMs: 100, seed }),
});

/** Creates a producer that returns these answers, one for each invocation. */
function createProducer(...answers: Awaited<ReturnType<Invoke>>[]) {
  const invoke = vi.fn<Invoke>();
  for (const answer of answers) invoke.mockResolvedValueOnce(answer);
  return invoke;
}

/** Creates a counter that returns these counts, one for each poll, and then always the last ones. */
function createCount(...polls: Partial<PipelineCounts>[]) {
  const count = vi.fn(async () => pipelineCounts(polls.at(-1)));
  for (const poll of polls) count.mockResolvedValueOnce(pipelineCounts(poll));
  return count;
}

function run(
  args: string[],
  invoke: Invoke,
  count: () => Promise<PipelineCounts>,
  signal = new AbortController().signal,
) {
  const progress = { update: () => undefined, done: () => undefined };
  return runOrders({ invoke }, readStartOptions(args), count, progress, signal);
}

describe('the producer', () => {
  test('is invoked again for the remaining orders until all are sent or failed', async () => {
    const invoke = createProducer(report(600), report(200, 100), report(100));
    const result = await run(['--count', '1000'], invoke, createCount({ received: 900, confirmed: 900 }));
    expect(invoke.mock.calls).toEqual([
      ['producer', { count: 1_000, via: 'queue' }],
      ['producer', { count: 400, via: 'queue' }],
      ['producer', { count: 100, via: 'queue' }],
    ]);
    expect(result).toMatchObject({ sent: 900, unsent: 100, produceMs: 300 });
  });

  test('receives the route and the rate in every invocation', async () => {
    const invoke = createProducer(report(6), report(4));
    const args = ['--count', '10', '--via', 's3', '--rate', '5'];
    await run(args, invoke, createCount({ received: 10, confirmed: 10 }));
    expect(invoke.mock.calls).toEqual([
      ['producer', { count: 10, via: 's3', ratePerSecond: 5 }],
      ['producer', { count: 4, via: 's3', ratePerSecond: 5 }],
    ]);
  });

  test('receives the next seed in every invocation, so that no orders are repeated', async () => {
    const invoke = createProducer(report(6, 0, 2 ** 32 - 1), report(4, 0, 0));
    const args = ['--count', '10', '--seed', String(2 ** 32 - 1)];
    const result = await run(args, invoke, createCount({ received: 10, confirmed: 10 }));
    expect(invoke.mock.calls).toEqual([
      ['producer', { count: 10, via: 'queue', seed: 2 ** 32 - 1 }],
      ['producer', { count: 4, via: 'queue', seed: 0 }],
    ]);
    expect(result?.seeds).toEqual([2 ** 32 - 1, 0]);
  });

  test('ends the run with its error if it fails', async () => {
    const failed = { payload: '{"errorMessage":"no queue"}', functionError: 'Unhandled' as const };
    const running = run(['--count', '10'], createProducer(report(6), failed), createCount());
    await expect(running).rejects.toThrow('producer: no queue');
  });

  test('ends the run if it neither sends nor fails an order', async () => {
    const running = run(['--count', '10'], createProducer(report(6), report(0)), createCount());
    await expect(running).rejects.toThrow('producer: sent none of 4 orders');
  });

  test('is not invoked with --no-produce', async () => {
    const invoke = createProducer();
    const count = createCount({ carriedOver: 5, received: 5, confirmed: 5 });
    const result = await run(['--no-produce'], invoke, count);
    expect(invoke).not.toHaveBeenCalled();
    expect(result).toMatchObject({ sent: 0, counts: { carriedOver: 5, confirmed: 5 } });
  });
});

describe('the run', () => {
  const received = 10;
  const args = ['--count', '10'];

  test('ends when two consecutive polls find nothing in the queues', async () => {
    const settled = { received, confirmed: 10 };
    const polls = [{ received, waiting: 10 }, settled, { ...settled, files: 1 }, settled, settled];
    const count = createCount(...polls);
    const result = await run(args, createProducer(report(10)), count);
    expect(count).toHaveBeenCalledTimes(polls.length);
    expect(result?.counts).toEqual(pipelineCounts(settled));
    expect(result?.totalMs).toBeGreaterThan(0);
  });

  test('ends when shipping and sales have stored what they received', async () => {
    const confirmed = { received, confirmed: 10 };
    const stored = storedRows({ scheduled: 6, backordered: 4, stockTaken: 6, sales: 10 });
    const polls = [
      {
        ...confirmed,
        stores: { shipments: eventCounts({ received, waiting: 3 }), sales: eventCounts({ received }) },
      },
      {
        ...confirmed,
        stores: { shipments: eventCounts({ received }), sales: eventCounts({ received, waiting: 1 }) },
      },
      {
        ...confirmed,
        stores: { shipments: eventCounts({ received }), sales: eventCounts({ received }) },
        stored,
      },
    ];
    const count = createCount(...polls);
    const result = await run(args, createProducer(report(10)), count);
    expect(count).toHaveBeenCalledTimes(polls.length + 1);
    expect(result?.counts).toEqual(pipelineCounts(polls.at(-1)));
    expect(result?.totalMs).toBeGreaterThan(result?.confirmMs ?? Number.NaN);
  });

  test('waits for metrics that arrive after the messages were deleted', async () => {
    const late = { received, confirmed: 8 };
    const count = createCount(late, late, late, late, { ...late, duplicates: 2 });
    const result = await run(args, createProducer(report(10)), count);
    expect(result?.counts).toMatchObject({ confirmed: 8, duplicates: 2 });
  });

  test('ends after some more polls if it does not reconcile', async () => {
    const count = createCount({ received, confirmed: 9 });
    const result = await run(args, createProducer(report(10)), count);
    expect(result?.counts).toEqual(pipelineCounts({ received, confirmed: 9 }));
    expect(count.mock.calls.length).toBeGreaterThanOrEqual(10);
  });

  test.for([
    ['while the producer runs', () => new Promise<never>(() => undefined), {}],
    ['while orders are in flight', createProducer(report(10)), { received, inFlight: 10 }],
  ] as const)('returns undefined if it is aborted %s', async ([, invoke, counts]) => {
    const stopping = new AbortController();
    const count = async () => {
      setTimeout(() => stopping.abort(), 300);
      return pipelineCounts(counts);
    };
    expect(await run(args, invoke, count, stopping.signal)).toBeUndefined();
  });
});
