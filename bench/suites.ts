import { confirm } from './confirm/confirm.ts';
import { produce } from './produce/produce.ts';
import type { Suite } from './suite.ts';

/** All benchmarks, in the order in which they run. */
export const suites: readonly Suite[] = [produce, confirm];
