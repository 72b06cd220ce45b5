import type { Fault } from '../../harness/fault-proxy/fault.ts';
import { seededRandom } from '../../lib/produce/generator.ts';
import type { Happening, RequestFault, Role, Schedule } from './schedule.ts';

/** Numbers in [0, 1). */
type Random = () => number;

export type Theme = Pick<Schedule, 'title'> & Partial<Omit<Schedule, 'seed' | 'title'>>;

const whole = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));
const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;

const WORKERS: readonly Role[] = ['consumer', 'fulfillment', 'analytics', 'ingest'];
/** The consumer's four steps, as requests. */
const STEPS = {
  claim: 'BatchExecuteStatement',
  publish: 'PublishBatch',
  mark: 'BatchWriteItem',
  delete: 'DeleteMessageBatch',
} as const;

/** A consumer that dies at one of its steps; which one of its batches it is differs. */
const consumerDies =
  (step: keyof typeof STEPS, when: 'before' | 'after') =>
  (random: Random): Theme => ({
    title: `consumer killed ${when} ${step}`,
    runtime: 'workers',
    requests: Array.from({ length: 3 }, (_, index) => ({
      fault: { kind: 'kill', when },
      role: 'consumer',
      action: STEPS[step],
      nth: whole(random, 2, 8) + 10 * index,
      times: 1,
    })),
    interruptsPublish: (step === 'publish' && when === 'after') || (step === 'mark' && when === 'before'),
  });

const happens =
  (title: string, happening: (random: Random) => Happening, rest: Partial<Theme> = {}) =>
  (random: Random): Theme => ({
    title,
    happenings: [{ at: 0.15 + random() * 0.4, happening: happening(random) }],
    ...rest,
  });

/** Each fault once in so many requests, here and there. */
function scattered(random: Random, count: number, faults: readonly Omit<RequestFault, 'nth' | 'times'>[]) {
  return Array.from({ length: count }, () => ({
    ...pick(random, faults),
    nth: whole(random, 1, 20),
    times: 1,
  }));
}

/** On every service in turn, for a while. */
const onEachService =
  (title: string, fault: (random: Random) => Fault) =>
  (random: Random): Theme => ({
    title,
    requests: (['sqs', 'sns', 's3', 'dynamodb'] as const).flatMap((service) =>
      Array.from({ length: 3 }, () => ({
        service,
        fault: fault(random),
        nth: whole(random, 1, 25),
        // The SDK's own attempts are 3 or 4: the shorter ones are not noticed, the longer ones fail a batch.
        times: whole(random, 1, 5),
      })),
    ),
    // A mark that is refused for good leaves its order unmarked.
    interruptsPublish: true,
  });

/** The themes of schedules, one after another, so that any 24 seeds in a row have all of them. */
export const THEMES: readonly ((random: Random) => Theme)[] = [
  (random) => ({
    title: 'delivered twice and out of order',
    requests: [
      ...scattered(random, 14, [
        { action: 'ReceiveMessage', fault: { kind: 'redeliver' } },
        { action: 'ReceiveMessage', fault: { kind: 'reorder' } },
      ]),
      ...scattered(random, 6, [{ action: 'DeleteMessageBatch', fault: { kind: 'forget' } }]),
    ],
  }),
  (random) => ({
    title: 'receives that time out',
    requests: scattered(random, 12, [
      { action: 'ReceiveMessage', fault: { kind: 'cut', when: 'after' } },
      { action: 'ReceiveMessage', fault: { kind: 'hang' } },
    ]),
  }),
  consumerDies('claim', 'before'),
  consumerDies('claim', 'after'),
  consumerDies('publish', 'before'),
  consumerDies('publish', 'after'),
  consumerDies('mark', 'before'),
  consumerDies('mark', 'after'),
  consumerDies('delete', 'before'),
  consumerDies('delete', 'after'),
  (random) => ({
    title: 'other workers killed',
    runtime: 'workers',
    requests: WORKERS.slice(1).flatMap((role) => [
      {
        role,
        action: 'ReceiveMessage',
        fault: { kind: 'kill', when: 'after' },
        nth: whole(random, 1, 3),
        times: 1,
      },
      {
        role,
        action: role === 'ingest' ? 'SendMessageBatch' : 'DeleteMessageBatch',
        fault: { kind: 'kill', when: pick(random, ['before', 'after']) },
        nth: whole(random, 2, 9),
        times: 1,
      },
    ]),
  }),
  (random) => ({
    title: 'time-outs of claim and publish',
    requests: [
      { action: STEPS.claim, fault: { kind: 'hang' }, nth: whole(random, 1, 6), times: 4 },
      { action: STEPS.publish, fault: { kind: 'hang' }, nth: whole(random, 2, 9), times: 2 },
      { action: STEPS.mark, fault: { kind: 'hang' }, nth: whole(random, 8, 14), times: 2 },
    ],
    interruptsPublish: true,
  }),
  (random) => ({
    title: 'batches answered in part',
    requests: (
      [
        'SendMessageBatch',
        STEPS.claim,
        STEPS.publish,
        STEPS.mark,
        STEPS.delete,
        'ChangeMessageVisibilityBatch',
      ] as const
    ).map((action) => ({
      action,
      fault: { kind: 'partial' },
      nth: whole(random, 1, 5),
      times: whole(random, 2, 9),
    })),
  }),
  onEachService('throttled', () => ({ kind: 'throttle' })),
  onEachService('internal errors', () => ({ kind: 'error' })),
  onEachService('slow', (random) => ({ kind: 'delay', ms: whole(random, 50, 1_500) })),
  onEachService('connections cut', (random) => ({ kind: 'cut', when: pick(random, ['before', 'after']) })),
  happens('database stopped', (random) => ({ kind: 'database-outage', ms: whole(random, 1_000, 12_000) })),
  (random) => ({
    title: 'database connections cut',
    happenings: [0.1, 0.3, 0.5, 0.7].map((at) => ({
      at: at + random() * 0.1,
      happening: { kind: 'database-cut' },
    })),
  }),
  happens('cloud killed', () => ({ kind: 'cloud-killed' }), { interruptsPublish: true }),
  happens('power cut', () => ({ kind: 'power-cut' }), { runtime: 'workers', interruptsPublish: true }),
  happens('disk full', (random) => ({ kind: 'disk-full', ms: whole(random, 500, 3_000) }), {
    interruptsPublish: true,
  }),
  (random) => ({
    title: 'clocks jump',
    runtime: 'workers',
    happenings: ['consumer-1', 'consumer-2', 'fulfillment-1'].map((worker) => ({
      at: 0.1 + random() * 0.5,
      happening: { kind: 'clock-jump', worker, ms: pick(random, [-3_600_000, -90_000, 90_000, 3_600_000]) },
    })),
  }),
  happens('code deployed', () => ({ kind: 'deployment' })),
];

/** Faults beside the theme of any schedule: none that could come between a publish and its mark. */
const BESIDES: readonly Omit<RequestFault, 'nth' | 'times'>[] = [
  { action: 'ReceiveMessage', fault: { kind: 'redeliver' } },
  { action: 'ReceiveMessage', fault: { kind: 'reorder' } },
  { action: 'ReceiveMessage', fault: { kind: 'cut', when: 'after' } },
  { action: 'DeleteMessageBatch', fault: { kind: 'forget' } },
  { action: 'DeleteMessageBatch', fault: { kind: 'partial' } },
  { action: 'SendMessageBatch', fault: { kind: 'cut', when: 'after' } },
  { action: 'SendMessageBatch', fault: { kind: 'partial' } },
  { action: 'BatchExecuteStatement', fault: { kind: 'partial' } },
  { action: 'BatchExecuteStatement', fault: { kind: 'cut', when: 'after' } },
  { action: 'BatchWriteItem', fault: { kind: 'cut', when: 'after' } },
  { action: 'BatchWriteItem', fault: { kind: 'throttle' } },
  { action: 'PublishBatch', fault: { kind: 'partial' } },
  { action: 'PublishBatch', fault: { kind: 'delay', ms: 300 } },
  { action: 'PublishBatch', fault: { kind: 'throttle' } },
];
const BESIDES_COUNT = 5;

/** Makes the schedule of a seed, a whole number from 1: always the same one. */
export function createSchedule(seed: number): Schedule {
  const random = seededRandom(seed);
  const theme = THEMES[(seed - 1) % THEMES.length]?.(random);
  if (!theme) throw new RangeError(`seed: must be a whole number from 1, received ${seed}`);
  const besides = Array.from({ length: BESIDES_COUNT }, () => ({
    ...(BESIDES[Math.floor(random() * BESIDES.length)] as (typeof BESIDES)[number]),
    nth: 1 + Math.floor(random() * 15),
    times: 1,
  }));
  return {
    seed,
    runtime: random() < 0.6 ? 'workers' : 'functions',
    interruptsPublish: false,
    happenings: [],
    ...theme,
    requests: [...(theme.requests ?? []), ...besides],
  };
}
