import type { Services } from '../processes/start-services.ts';
import type { Contender } from '../suite.ts';
import { planRun, type RunLength } from '../window.ts';
import { type BacklogRun, measureBacklog } from './measure-backlog.ts';

/** Number of concurrent batches or pollers: the consumer's concurrency in serverless.yml. */
const CONCURRENCY = 10;

/** A contender that confirms orders. */
interface Consumer extends RunLength, Omit<BacklogRun, 'plan'> {
  module: string;
  /** Maximum number of orders per batch. */
  batchSize: number;
}

/** Batches of the event source mapping of the function `consumer`. */
const MAPPING = { concurrency: CONCURRENCY, batchSize: 100 };
/** Batches of one ReceiveMessage request. */
const TENS = { concurrency: CONCURRENCY, batchSize: 10 };
const AT_A_TIME = { module: './one-at-a-time.ts', batchSize: 1 };
const SQS_CONSUMER = { ...TENS, warmUp: 4_000, measured: 8_000 };
const LIMIT = { module: './bare-batches.ts', ...TENS, warmUp: 10_000, measured: 20_000 };
const LIMIT_WITH_LEDGER = { ...LIMIT, module: './bare-batches-with-ledger.ts', batchSize: 50 };

/** Contenders by name. Each warm-up takes about five seconds, and the rest ten seconds or more. */
export const CONTENDERS = {
  ours: { module: './ours.ts', ...MAPPING, warmUp: 6_000, measured: 24_000 },
  'ours, as a worker': { module: './our-worker.ts', ...TENS, warmUp: 5_000, measured: 15_000 },
  'one at a time': { ...AT_A_TIME, concurrency: 1, warmUp: 800, measured: 1_600 },
  'one at a time, 10 concurrent': {
    ...AT_A_TIME,
    concurrency: CONCURRENCY,
    warmUp: 2_000,
    measured: 4_000,
  },
  'sqs-consumer': { module: './sqs-consumer.ts', ...SQS_CONSUMER },
  'sqs-consumer, PublishBatch': { module: './sqs-consumer-publish-batch.ts', ...SQS_CONSUMER },
  'Powertools, idempotent': { module: './powertools.ts', ...MAPPING, warmUp: 2_000, measured: 8_000 },
  'middy, all settled': { module: './middy.ts', ...MAPPING, warmUp: 4_000, measured: 8_000 },
  'limit: bare batches': LIMIT,
  'limit: bare batches, our clients': { ...LIMIT, clients: 'ours' },
  'limit, with a ledger': LIMIT_WITH_LEDGER,
  'limit, with a ledger, our clients': { ...LIMIT_WITH_LEDGER, clients: 'ours' },
} as const satisfies Record<string, Consumer>;
export type Name = keyof typeof CONTENDERS;
export const NAMES = Object.keys(CONTENDERS) as Name[];

export const moduleOf = (name: Name): URL => new URL(CONTENDERS[name].module, import.meta.url);

/** Returns a contender that confirms a backlog. */
export function backlogOf(services: Services, name: Name, scale: number): Contender {
  const { concurrency, batchSize, clients, ...length }: Consumer = CONTENDERS[name];
  return {
    name,
    measure: () =>
      measureBacklog(services, name, moduleOf(name), {
        plan: planRun(length, concurrency * batchSize, scale),
        concurrency,
        ...(clients && { clients }),
      }),
  };
}
