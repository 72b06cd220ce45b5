import { openDirectory, startCloud } from '../../harness/start-cloud.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import { findDiscrepancies } from '../../local/start/discrepancies.ts';
import { runOrders } from '../../local/start/run-orders.ts';
import { readStartOptions } from '../../local/start/start-options.ts';
import { stockUp } from '../../local/start/stock-up.ts';
import { type ContenderResult, type Sample, type Suite, takeTurns } from '../suite.ts';

/** Number of orders of a run, and its maximum number of repeats. Repeating the long run gives the same result. */
const RUNS = [
  { orders: 10_000, maxRepeats: 5 },
  { orders: 100_000, maxRepeats: 1 },
];
const SEED = 1;

export const endToEnd: Suite = {
  name: 'end-to-end',
  title:
    'The pipeline of npm start: orders produced, confirmed, shipped and recorded as sales, with all consumers and databases.',
  async run({ repeats, scale, log }) {
    const contenders: ContenderResult[] = [];
    for (const { orders, maxRepeats } of RUNS) {
      const scaled = Math.ceil(orders * scale);
      const name = `${scaled.toLocaleString('en')} orders`;
      const turns = [{ name, measure: () => measure(scaled) }];
      contenders.push(...(await takeTurns(turns, Math.min(repeats, maxRepeats), log)));
    }
    return {
      metrics: [
        { name: 'produced', title: 'produced/s', digits: 0 },
        { name: 'confirmed', title: 'confirmed/s', digits: 0 },
        { name: 'stored', title: 'shipped and counted/s', digits: 0 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
      ],
      contenders,
      goals: [],
    };
  },
};

async function measure(orders: number): Promise<Sample> {
  await using cleanUp = new AsyncDisposableStack();
  const directory = cleanUp.use(await openDirectory('bench'));
  const { call, stop } = await startCloud({ directory: directory.path, keepsData: false });
  cleanUp.defer(stop);
  const invoke: EmbeddedCloud['invoke'] = (name, event) => call('invoke', name, event);
  await call('startCounting');
  await stockUp({ invoke });
  await call('startEvents');
  const cpuBefore = await call('cpuSeconds');
  const result = await runOrders(
    { invoke },
    readStartOptions(['--count', String(orders), '--seed', String(SEED)]),
    () => call('counts'),
    { update: () => undefined, done: () => undefined },
    new AbortController().signal,
  );
  if (!result) throw new Error('end-to-end: ended before all orders were stored');
  const cpuSeconds = (await call('cpuSeconds')) - cpuBefore;
  const discrepancies = findDiscrepancies(result);
  if (discrepancies.length > 0) throw new Error(`end-to-end: ${discrepancies.join(' and ')} do not add up`);
  return {
    produced: (orders * 1_000) / result.produceMs,
    confirmed: (orders * 1_000) / result.confirmMs,
    stored: (orders * 1_000) / result.totalMs,
    cpuMs: (cpuSeconds * 1_000_000) / orders,
  };
}
