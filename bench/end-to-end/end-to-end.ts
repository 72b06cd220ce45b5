import { openDirectory, startCloud } from '../../harness/start-cloud.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import { findDiscrepancies } from '../../local/start/discrepancies.ts';
import { runOrders } from '../../local/start/run-orders.ts';
import { readStartOptions } from '../../local/start/start-options.ts';
import { stockUp } from '../../local/start/stock-up.ts';
import { backlogOf } from '../confirm/contenders.ts';
import { startServices } from '../processes/start-services.ts';
import { type ContenderResult, medianOf, ratioGoal, type Sample, type Suite, takeTurns } from '../suite.ts';
import { checkTimes } from './check-times.ts';
import { openCheckout } from './open-checkout.ts';

/**
 * Number of orders of a run that is repeated. `--percent` does not change it: the rate of a shorter run is lower, since all
 * runs are measured from their start to the last sale, with the batching windows.
 */
const ORDERS = 20_000;
/** Number of orders of the long run, which is not repeated. */
const LONG_RUN = 100_000;
const SEED = 1;
const PEER = 'one at a time';
/** Milliseconds between two readings of the counts, in `run-orders.ts`. */
const POLL_MS = 250;

export const endToEnd: Suite = {
  name: 'end-to-end',
  title:
    'The pipeline of npm start: orders produced, confirmed, shipped and recorded as sales, with all consumers and databases.',
  async run({ repeats, scale, orders = ORDERS, beside, log }) {
    await using services = startServices();
    const name = nameOf(orders);
    const other = beside === undefined ? undefined : await openCheckout(beside);
    const { measure: measurePeer, ...peer } = backlogOf(services, PEER, scale);
    const contenders: ContenderResult[] = await takeTurns(
      [
        { name, measure: () => measureEndToEnd(orders) },
        ...(other ? [{ name: `${name}, ${beside}`, measure: () => other(orders) }] : []),
        { ...peer, measure: async () => peerSample(await measurePeer()) },
      ],
      repeats,
      log,
    );
    const long = Math.ceil(LONG_RUN * scale);
    // --orders asks for runs of one length.
    if (orders === ORDERS && long > ORDERS && !other) {
      const turns = [{ name: nameOf(long), measure: () => measureEndToEnd(long) }];
      contenders.push(...(await takeTurns(turns, 1, log)));
    }
    return {
      metrics: [
        { name: 'produced', title: 'produced/s', digits: 0 },
        { name: 'confirmed', title: 'confirmed/s', digits: 0 },
        { name: 'stored', title: 'shipped and counted/s', digits: 0, compared: other !== undefined },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
      ],
      contenders,
      goals: [
        ratioGoal(
          'end-to-end/one-at-a-time',
          `${name} end to end, times one at a time of suite confirm`,
          medianOf(contenders, name, 'stored') / medianOf(contenders, PEER, 'confirmed'),
          8,
        ),
      ],
    };
  },
};

const nameOf = (orders: number): string => `${orders.toLocaleString('en')} orders`;

/** The peer of suite confirm only confirms orders. */
const peerSample = ({ ordersPerSecond, cpuMs }: Sample): Sample => ({
  ...(ordersPerSecond !== undefined && { confirmed: ordersPerSecond }),
  ...(cpuMs !== undefined && { cpuMs }),
});

/**
 * Measures one run of the pipeline in a cloud of its own, from its start until all orders are shipped and recorded as sales.
 *
 * @throws Error if an order is missing anywhere, or the times contradict this process's clock
 */
export async function measureEndToEnd(orders: number): Promise<Sample> {
  await using cleanUp = new AsyncDisposableStack();
  const directory = cleanUp.use(await openDirectory('bench'));
  const { call, stop } = await startCloud({ directory: directory.path, keepsData: false });
  cleanUp.defer(stop);
  const invoke: EmbeddedCloud['invoke'] = (name, event) => call('invoke', name, event);
  await call('startCounting');
  await stockUp({ invoke });
  await call('startEvents');
  const cpuBefore = await call('cpuSeconds');
  const start = performance.now();
  const result = await runOrders(
    { invoke },
    readStartOptions(['--count', String(orders), '--seed', String(SEED)]),
    () => call('counts'),
    { update: () => undefined, done: () => undefined },
    new AbortController().signal,
  );
  const elapsedMs = performance.now() - start;
  if (!result) throw new Error('end-to-end: ended before all orders were stored');
  const cpuSeconds = (await call('cpuSeconds')) - cpuBefore;
  const discrepancies = findDiscrepancies(result);
  if (discrepancies.length > 0) throw new Error(`end-to-end: ${discrepancies.join(' and ')} do not add up`);
  checkTimes(orders, result, elapsedMs);
  return {
    produced: (orders * 1_000) / result.produceMs,
    confirmed: (orders * 1_000) / result.confirmMs,
    stored: (orders * 1_000) / result.totalMs,
    cpuMs: (cpuSeconds * 1_000_000) / orders,
    uncertainty: POLL_MS / result.totalMs,
  };
}
