import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { END_TO_END } from '../bench-options.ts';
import type { Sample, Suite } from '../suite.ts';

/** The module of an end-to-end suite. In older commits it exports only the suite, whose long run has `LONG_RUN` orders. */
interface EndToEndModule {
  endToEnd: Suite;
  measureEndToEnd?: (orders: number) => Promise<Sample>;
}

/** Number of orders of the long run at scale 1, in all of these commits. */
const LONG_RUN = 100_000;

/**
 * Loads the end-to-end suite of another checkout of this project. Its code runs with the checkout's own functions, services and
 * consumers, since its modules import each other by relative paths.
 *
 * @returns A function that measures one run of a number of orders.
 */
export async function openCheckout(directory: string): Promise<(orders: number) => Promise<Sample>> {
  const { href } = pathToFileURL(join(directory, END_TO_END));
  const { endToEnd, measureEndToEnd } = (await import(href)) as EndToEndModule;
  return measureEndToEnd ?? ((orders) => measureLongRun(endToEnd, orders));
}

async function measureLongRun(suite: Suite, orders: number): Promise<Sample> {
  const { contenders } = await suite.run({ repeats: 1, scale: orders / LONG_RUN, log: () => undefined });
  const name = `${orders.toLocaleString('en')} orders`;
  const sample = contenders.find((contender) => contender.name === name)?.samples[0];
  if (!sample) throw new Error(`end-to-end: the other checkout must run ${name}, ran none`);
  return sample;
}
