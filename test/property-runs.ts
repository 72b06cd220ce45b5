import type { Parameters } from 'fast-check';
import { vi } from 'vitest';

const { PROPERTY_RUNS, PROPERTY_SEED, PROPERTY_PATH } = process.env;

// Thousands of runs take minutes, and the repeat of a failing one may be watched in a debugger.
if (PROPERTY_RUNS || PROPERTY_SEED) vi.setConfig({ testTimeout: 3_600_000 });

/**
 * How often a property is tried: `usual` times in `npm test`, each time with other values, and as often as `PROPERTY_RUNS`
 * says where that is set. A property that fails prints its seed and path, by which it is repeated:
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
