import { describe, expect, test, vi } from 'vitest';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { runOrders } from '../../local/start/run-orders.ts';
import { readStartOptions } from '../../local/start/start-options.ts';
import { eventCounts, pipelineCounts, storedRows } from './pipeline-counts.ts';

type Invoke = EmbeddedCloud['invoke'];

/** One run of the producer, of 100 ms. */
const report = (sent: number, failed = 0, seed = 1) => ({
  payload: JSON.stringify({ requested: 0, sent, failed, files: 0, requests: 1, elapsedMs: 100, seed }),
});

/** A producer that answers as told, run by run. */
function createProducer(...answers: Awaited<ReturnType<Invoke>>[]) {
  const invoke = vi.fn<Invoke>();
  for (const answer of answers) invoke.mockResolvedValueOnce(answer);
  return invoke;
}

/** Counts as told, look by look; the last ones stay. */
function createCount(...looks: Partial<PipelineCounts>[]) {
  const count = vi.fn(async () => pipelineCounts(looks.at(-1)));
  for (const look of looks) count.mockResolvedValueOnce(pipelineCounts(look));
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
  test('is run again for what is left until all orders are sent or failed', async () => {
    const invoke = createProducer(report(600), report(200, 100), report(100));
    const result = await run(['--count', '1000'], invoke, createCount({ received: 900, confirmed: 900 }));
    expect(invoke.mock.calls).toEqual([
      ['producer', { count: 1_000, via: 'queue' }],
      ['producer', { count: 400, via: 'queue' }],
      ['producer', { count: 100, via: 'queue' }],
    ]);
    expect(result).toMatchObject({ sent: 900, unsent: 100, produceMs: 300 });
  });

  test('gets the way and the rate in every run', async () => {
    const invoke = createProducer(report(6), report(4));
    const args = ['--count', '10', '--via', 's3', '--rate', '5'];
    await run(args, invoke, createCount({ received: 10, confirmed: 10 }));
    expect(invoke.mock.calls).toEqual([
      ['producer', { count: 10, via: 's3', ratePerSecond: 5 }],
      ['producer', { count: 4, via: 's3', ratePerSecond: 5 }],
    ]);
  });

  test('gets the seed in its first run and the next ones after that, as no run repeats what one before it sent', async () => {
    const invoke = createProducer(report(6, 0, 2 ** 32 - 1), report(4, 0, 0));
    const args = ['--count', '10', '--seed', String(2 ** 32 - 1)];
    const result = await run(args, invoke, createCount({ received: 10, confirmed: 10 }));
    expect(invoke.mock.calls).toEqual([
      ['producer', { count: 10, via: 'queue', seed: 2 ** 32 - 1 }],
      ['producer', { count: 4, via: 'queue', seed: 0 }],
    ]);
    expect(result?.seeds).toEqual([2 ** 32 - 1, 0]);
  });

  test('that fails ends the run with its error', async () => {
    const failed = { payload: '{"errorMessage":"no queue"}', functionError: 'Unhandled' as const };
    const running = run(['--count', '10'], createProducer(report(6), failed), createCount());
    await expect(running).rejects.toThrow('producer: no queue');
  });

  test('that neither sends nor fails an order ends the run', async () => {
    const running = run(['--count', '10'], createProducer(report(6), report(0)), createCount());
    await expect(running).rejects.toThrow('producer: must send or fail at least one order of 4');
  });

  test('is not run where nothing is to be produced', async () => {
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

  test('is over when two looks in a row find nothing under way', async () => {
    const settled = { received, confirmed: 10 };
    const looks = [{ received, waiting: 10 }, settled, { ...settled, files: 1 }, settled, settled];
    const count = createCount(...looks);
    const result = await run(args, createProducer(report(10)), count);
    expect(count).toHaveBeenCalledTimes(looks.length);
    expect(result?.counts).toEqual(pipelineCounts(settled));
    expect(result?.totalMs).toBeGreaterThan(0);
  });

  test('is over when shipping and sales have stored what they received', async () => {
    const confirmed = { received, confirmed: 10 };
    const stored = storedRows({ scheduled: 6, backordered: 4, stockTaken: 6, sales: 10 });
    const looks = [
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
    const count = createCount(...looks);
    const result = await run(args, createProducer(report(10)), count);
    expect(count).toHaveBeenCalledTimes(looks.length + 1);
    expect(result?.counts).toEqual(pipelineCounts(looks.at(-1)));
    expect(result?.totalMs).toBeGreaterThan(result?.confirmMs ?? Number.NaN);
  });

  test('waits for metrics that arrive after the messages are gone', async () => {
    const late = { received, confirmed: 8 };
    const count = createCount(late, late, late, late, { ...late, duplicates: 2 });
    const result = await run(args, createProducer(report(10)), count);
    expect(result?.counts).toMatchObject({ confirmed: 8, duplicates: 2 });
  });

  test('that does not reconcile is over all the same, after some more looks', async () => {
    const count = createCount({ received, confirmed: 9 });
    const result = await run(args, createProducer(report(10)), count);
    expect(result?.counts).toEqual(pipelineCounts({ received, confirmed: 9 }));
    expect(count.mock.calls.length).toBeGreaterThanOrEqual(10);
  });

  test.for([
    ['while the producer is at work', () => new Promise<never>(() => undefined), {}],
    ['while orders are on their way', createProducer(report(10)), { received, inFlight: 10 }],
  ] as const)('answers nothing when it is aborted %s', async ([, invoke, counts]) => {
    const stopping = new AbortController();
    const count = async () => {
      setTimeout(() => stopping.abort(), 300);
      return pipelineCounts(counts);
    };
    expect(await run(args, invoke, count, stopping.signal)).toBeUndefined();
  });
});
