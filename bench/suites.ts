import { confirm } from './confirm/confirm.ts';
import { endToEnd } from './end-to-end/end-to-end.ts';
import { growth } from './growth/growth.ts';
import { ingest } from './ingest/ingest.ts';
import { produce } from './produce/produce.ts';
import type { Suite } from './suite.ts';

/** All benchmarks, in the order in which they run. */
export const suites: readonly Suite[] = [produce, confirm, endToEnd, ingest, growth];
