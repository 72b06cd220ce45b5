import { resolve } from 'node:path';
import { startEmbeddedCloud } from '../../local/embedded-cloud.ts';
import { portOfProcess } from '../../local/port-of-process.ts';
import { findDiscrepancies } from '../../local/start/discrepancies.ts';
import { startCounting } from '../../local/start/pipeline-counts.ts';
import { runOrders } from '../../local/start/run-orders.ts';
import { readStartOptions } from '../../local/start/start-options.ts';
import { stockUp } from '../../local/start/stock-up.ts';
import { serve } from '../../local/thread-rpc.ts';

/* What `npm start` runs, in a process of its own: functions, services and databases. */

/** How a run went; times in seconds. */
export interface PipelineRun {
  produced: number;
  confirmed: number;
  stored: number;
  /** Of all threads and processes of ours; the database's are not counted. */
  cpuSeconds: number;
  /** What does not add up. */
  discrepancies: string[];
}

const handlers = {
  /** @param localDirectory gets bundles and outputs */
  async run(orders: number, seed: number, localDirectory: string): Promise<PipelineRun> {
    await using cleanUp = new AsyncDisposableStack();
    const cloud = await startEmbeddedCloud({
      projectDirectory: resolve(import.meta.dirname, '../..'),
      localDirectory,
      port: 0,
      awsPort: 0,
      onCrash: (error) => {
        throw error;
      },
    });
    cleanUp.defer(cloud.stop);
    const count = await startCounting(cloud);
    await stockUp(cloud);
    cloud.startEvents();
    const before = process.cpuUsage();
    const options = readStartOptions(['--count', String(orders), '--seed', String(seed)]);
    const progress = { update: () => undefined, done: () => undefined };
    const result = await runOrders(cloud, options, count, progress, new AbortController().signal);
    if (!result) throw new Error('end-to-end: the run was ended');
    const { user, system } = process.cpuUsage(before);
    return {
      produced: result.produceMs / 1_000,
      confirmed: result.confirmMs / 1_000,
      stored: result.totalMs / 1_000,
      cpuSeconds: (user + system) / 1_000_000,
      discrepancies: findDiscrepancies(result),
    };
  },
};
export type PipelineProcessCalls = typeof handlers;

serve(portOfProcess(process), handlers);
// Whoever wanted this has gone.
process.once('disconnect', () => process.exit());
