import { once } from 'node:events';
import type { Contend } from '../processes/contender.ts';

/** The consumer as a long-running process, as `npm run worker -- --function consumer` starts it. */
export const contend: Contend = async ({ concurrency }) => {
  const { runWorker } = await import('../../worker/run-worker.ts');
  return async (stopping) => {
    void runWorker({
      functionName: 'consumer',
      concurrency,
      timeout: undefined,
      deadline: 2,
      healthPort: undefined,
      settingsFile: undefined,
    });
    await once(stopping, 'abort');
  };
};
