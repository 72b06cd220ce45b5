import { resolve } from 'node:path';
import { backlogOf } from '../confirm/contenders.ts';
import { startServices } from '../processes/start-services.ts';
import {
  type ContenderResult,
  medianOf,
  NOISY,
  ratioGoal,
  type Sample,
  type Suite,
  takeTurns,
} from '../suite.ts';
import { openCheckout } from './open-checkout.ts';

/**
 * Number of orders of a run that is repeated. `--percent` does not change it: the rate of a shorter run is lower, since all
 * runs are measured from their start to the last sale, with the batching windows.
 */
const ORDERS = 20_000;
/** Number of orders of the long run, which is not repeated. */
const LONG_RUN = 100_000;
const PEER = 'one at a time';
const PROJECT = resolve(import.meta.dirname, '../..');

export const endToEnd: Suite = {
  name: 'end-to-end',
  title:
    'The pipeline of npm start: orders produced, confirmed, shipped and recorded as sales, with all consumers and databases.',
  async run({ repeats, scale, orders = ORDERS, beside, log }) {
    await using services = startServices();
    const name = nameOf(orders);
    const withAndWithoutIam = `${name} with and without IAM`;
    const measure = await openCheckout(PROJECT);
    const other = beside === undefined ? undefined : await openCheckout(beside);
    const { measure: measurePeer, ...peer } = backlogOf(services, PEER, scale);
    const contenders: ContenderResult[] = await takeTurns(
      [
        { name, measure: () => measure(orders) },
        ...(other ? [{ name: `${name}, ${beside}`, measure: () => other(orders) }] : []),
        { name: withAndWithoutIam, measure: () => compareIam((iam) => measure(orders, iam)) },
        { ...peer, measure: async () => peerSample(await measurePeer()) },
      ],
      repeats,
      log,
    );
    const long = Math.ceil(LONG_RUN * scale);
    // --orders asks for runs of one length.
    if (orders === ORDERS && long > ORDERS && !other) {
      const turns = [{ name: nameOf(long), measure: () => measure(long) }];
      contenders.push(...(await takeTurns(turns, 1, log)));
    }
    return {
      metrics: [
        { name: 'produced', title: 'produced/s', digits: 0 },
        { name: 'confirmed', title: 'confirmed/s', digits: 0 },
        { name: 'stored', title: 'shipped and counted/s', digits: 0, compared: other !== undefined },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
        { name: 'iamCpu', title: 'CPU, times that without IAM', digits: 3 },
      ],
      contenders,
      goals: [
        ratioGoal(
          'end-to-end/one-at-a-time',
          `${name} end to end, times one at a time of suite confirm`,
          medianOf(contenders, name, 'stored') / medianOf(contenders, PEER, 'confirmed'),
          8,
        ),
        {
          id: 'end-to-end/iam',
          title: `processor time of ${name}, times that without IAM`,
          value: medianOf(contenders, withAndWithoutIam, 'iamCpu'),
          bound: { atMost: 1.05 },
          tolerance: NOISY,
        },
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
 * Runs the pipeline with IAM and without it at the same time: on a shared machine, the processor time of two runs one after the
 * other differs by more than the cost of IAM.
 */
async function compareIam(measure: (iam: boolean) => Promise<Sample>): Promise<Sample> {
  const [{ cpuMs = 0 }, { cpuMs: without = 0 }] = await Promise.all([measure(true), measure(false)]);
  return { iamCpu: cpuMs / without };
}
