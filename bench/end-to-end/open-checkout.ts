import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import { PIPELINE_MODULE } from '../bench-options.ts';
import type { Sample } from '../suite.ts';
import { checkTimes } from './check-times.ts';

const SEED = 1;
/** Milliseconds between two readings of the counts, in `run-orders.ts`. */
const POLL_MS = 250;

/**
 * Measures one run of a number of orders through the pipeline of a checkout.
 *
 * @param iam Whether IAM policies are enforced. Default: they are.
 */
export type MeasurePipeline = (orders: number, iam?: boolean) => Promise<Sample>;

/**
 * Loads the pipeline of a checkout of this project. All checkouts are measured by this code, each with its own cloud, services
 * and functions: the modules of a checkout import each other by relative paths.
 *
 * @returns A function that measures a run in a cloud of its own, from its start until all orders are shipped and recorded as
 * sales. It throws if an order is missing anywhere, or if the times contradict this process's clock.
 */
export async function openCheckout(directory: string): Promise<MeasurePipeline> {
  const load = <Module>(path: string): Promise<Module> =>
    import(pathToFileURL(join(directory, path)).href) as Promise<Module>;
  const { openDirectory, startCloud } =
    await load<typeof import('../../harness/start-cloud.ts')>(PIPELINE_MODULE);
  const { findDiscrepancies } = await load<typeof import('../../local/start/discrepancies.ts')>(
    'local/start/discrepancies.ts',
  );
  const { runOrders } =
    await load<typeof import('../../local/start/run-orders.ts')>('local/start/run-orders.ts');
  const { readStartOptions } = await load<typeof import('../../local/start/start-options.ts')>(
    'local/start/start-options.ts',
  );
  const { stockUp } = await load<typeof import('../../local/start/stock-up.ts')>('local/start/stock-up.ts');

  return async (orders, iam = true) => {
    await using cleanUp = new AsyncDisposableStack();
    const cloudDirectory = cleanUp.use(await openDirectory('bench'));
    const { call, stop } = await startCloud({ directory: cloudDirectory.path, keepsData: false, iam });
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
  };
}
