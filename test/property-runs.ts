import type { Parameters } from 'fast-check';
import { vi } from 'vitest';

const { PROPERTY_RUNS, PROPERTY_SEED, PROPERTY_PATH } = process.env;

// Thousands of runs take minutes, and a failing run may be repeated in a debugger.
if (PROPERTY_RUNS || PROPERTY_SEED) vi.setConfig({ testTimeout: 3_600_000 });

/**
 * Returns how often a property is checked: `PROPERTY_RUNS` times if that is set, or else `usual` times, with new
 * random values in each run. A failing property prints its seed and path, which repeat it:
 *
 *     PROPERTY_RUNS=10000 npx vitest run test/order
 *     PROPERTY_SEED=-1436 PROPERTY_PATH=31:0:2 npx vitest run test/order/order.property.test.ts -t 'title of the test'
 */
export function propertyRuns(usual: number): Pick<Parameters, 'numRuns' | 'seed' | 'path'> {
  return {
    numRuns: Number(PROPERTY_RUNS ?? usual),
    ...(PROPERTY_SEED && { seed: Number(PROPERTY_SEED) }),
    ...(PROPERTY_PATH && { path: PROPERTY_PATH }),
  };
}
