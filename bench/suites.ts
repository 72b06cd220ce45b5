import { coldStart } from './cold-start/cold-start.ts';
import { confirm } from './confirm/confirm.ts';
import { endToEnd } from './end-to-end/end-to-end.ts';
import { growth } from './growth/growth.ts';
import { ingest } from './ingest/ingest.ts';
import { npmStart } from './npm-start/npm-start.ts';
import { produce } from './produce/produce.ts';
import type { Suite } from './suite.ts';

/** All benchmarks, in the order in which they run. */
export const suites: readonly Suite[] = [produce, confirm, endToEnd, ingest, coldStart, npmStart, growth];
