import type { Fault } from '../../harness/fault-proxy/fault.ts';
import { seededRandom } from '../../lib/produce/generator.ts';
import type { Incident, RequestFault, Role, Schedule } from './schedule.ts';

/** Numbers in [0, 1). */
type Random = () => number;

export type Theme = Pick<Schedule, 'title'> & Partial<Omit<Schedule, 'seed' | 'title'>>;

const integer = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1));
const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;

const WORKERS: readonly Role[] = ['consumer', 'fulfillment', 'analytics', 'ingest'];
/** The requests of the consumer's four steps. */
const STEPS = {
  claim: 'BatchExecuteStatement',
  publish: 'PublishBatch',
  mark: 'BatchWriteItem',
  delete: 'DeleteMessageBatch',
} as const;

/** A consumer that is killed at one of its steps, in random batches. */
const consumerKilled =
  (step: keyof typeof STEPS, when: 'before' | 'after') =>
  (random: Random): Theme => ({
    title: `consumer killed ${when} ${step}`,
    runtime: 'workers',
    requests: Array.from({ length: 3 }, (_, index) => ({
      fault: { kind: 'kill', when },
      role: 'consumer',
      action: STEPS[step],
      nth: integer(random, 2, 8) + 10 * index,
      times: 1,
    })),
    interruptsPublish: (step === 'publish' && when === 'after') || (step === 'mark' && when === 'before'),
  });

const incidentTheme =
  (title: string, incident: (random: Random) => Incident, rest: Partial<Theme> = {}) =>
  (random: Random): Theme => ({
    title,
    incidents: [{ at: 0.15 + random() * 0.4, incident: incident(random) }],
    ...rest,
  });

/** Picks random faults, each for one random request. */
function scattered(random: Random, count: number, faults: readonly Omit<RequestFault, 'nth' | 'times'>[]) {
  return Array.from({ length: count }, () => ({
    ...pick(random, faults),
    nth: integer(random, 1, 20),
    times: 1,
  }));
}

/** A fault that hits several requests in a row on every service. */
const onEachService =
  (title: string, fault: (random: Random) => Fault) =>
  (random: Random): Theme => ({
    title,
    requests: (['sqs', 'sns', 's3', 'dynamodb'] as const).flatMap((service) =>
      Array.from({ length: 3 }, () => ({
        service,
        fault: fault(random),
        nth: integer(random, 1, 25),
        // The SDK makes 3 or 4 attempts, so a short fault goes unnoticed and a long one fails a batch.
        times: integer(random, 1, 5),
      })),
    ),
    // An order whose mark finally fails stays unmarked.
    interruptsPublish: true,
  });

/** The themes of schedules. Consecutive seeds use them in this order. */
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
  consumerKilled('claim', 'before'),
  consumerKilled('claim', 'after'),
  consumerKilled('publish', 'before'),
  consumerKilled('publish', 'after'),
  consumerKilled('mark', 'before'),
  consumerKilled('mark', 'after'),
  consumerKilled('delete', 'before'),
  consumerKilled('delete', 'after'),
  (random) => ({
    title: 'other workers killed',
    runtime: 'workers',
    requests: WORKERS.slice(1).flatMap((role) => [
      {
        role,
        action: 'ReceiveMessage',
        fault: { kind: 'kill', when: 'after' },
        nth: integer(random, 1, 3),
        times: 1,
      },
      {
        role,
        action: role === 'ingest' ? 'SendMessageBatch' : 'DeleteMessageBatch',
        fault: { kind: 'kill', when: pick(random, ['before', 'after']) },
        nth: integer(random, 2, 9),
        times: 1,
      },
    ]),
  }),
  (random) => ({
    title: 'timeouts of claim and publish',
    requests: [
      { action: STEPS.claim, fault: { kind: 'hang' }, nth: integer(random, 1, 6), times: 4 },
      { action: STEPS.publish, fault: { kind: 'hang' }, nth: integer(random, 2, 9), times: 2 },
      { action: STEPS.mark, fault: { kind: 'hang' }, nth: integer(random, 8, 14), times: 2 },
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
      nth: integer(random, 1, 5),
      times: integer(random, 2, 9),
    })),
  }),
  onEachService('throttled', () => ({ kind: 'throttle' })),
  onEachService('internal errors', () => ({ kind: 'error' })),
  onEachService('slow', (random) => ({ kind: 'delay', ms: integer(random, 50, 1_500) })),
  onEachService('connections cut', (random) => ({ kind: 'cut', when: pick(random, ['before', 'after']) })),
  incidentTheme('database stopped', (random) => ({
    kind: 'database-outage',
    ms: integer(random, 1_000, 12_000),
  })),
  (random) => ({
    title: 'database connections cut',
    incidents: [0.1, 0.3, 0.5, 0.7].map((at) => ({
      at: at + random() * 0.1,
      incident: { kind: 'database-cut' },
    })),
  }),
  incidentTheme('cloud killed', () => ({ kind: 'cloud-killed' }), { interruptsPublish: true }),
  incidentTheme('power cut', () => ({ kind: 'power-cut' }), { runtime: 'workers', interruptsPublish: true }),
  incidentTheme('disk full', (random) => ({ kind: 'disk-full', ms: integer(random, 500, 3_000) }), {
    interruptsPublish: true,
  }),
  (random) => ({
    title: 'clocks jump',
    runtime: 'workers',
    incidents: ['consumer-1', 'consumer-2', 'fulfillment-1'].map((worker) => ({
      at: 0.1 + random() * 0.5,
      incident: { kind: 'clock-jump', worker, ms: pick(random, [-3_600_000, -90_000, 90_000, 3_600_000]) },
    })),
  }),
  incidentTheme('code deployed', () => ({ kind: 'deployment' })),
];

/** Faults that are added to any schedule. None can occur between a publish and its mark. */
const BACKGROUND_FAULTS: readonly Omit<RequestFault, 'nth' | 'times'>[] = [
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
const BACKGROUND_FAULT_COUNT = 5;

/** Whether a theme is about receives and deletes, which only workers make over HTTP. */
const faultsPolling = ({ requests = [] }: Theme): boolean =>
  requests.some(({ action }) => action === 'ReceiveMessage' || action === 'DeleteMessageBatch');

/** Creates the schedule of a seed, a whole number from 1. The same seed always gives the same schedule. */
export function createSchedule(seed: number): Schedule {
  const random = seededRandom(seed);
  const theme = THEMES[(seed - 1) % THEMES.length]?.(random);
  if (!theme) throw new RangeError(`seed: must be a whole number from 1, received ${seed}`);
  const backgroundFaults = Array.from({ length: BACKGROUND_FAULT_COUNT }, () => ({
    ...(BACKGROUND_FAULTS[
      Math.floor(random() * BACKGROUND_FAULTS.length)
    ] as (typeof BACKGROUND_FAULTS)[number]),
    nth: 1 + Math.floor(random() * 15),
    times: 1,
  }));
  return {
    seed,
    runtime: random() < 0.6 || faultsPolling(theme) ? 'workers' : 'functions',
    interruptsPublish: false,
    incidents: [],
    ...theme,
    requests: [...(theme.requests ?? []), ...backgroundFaults],
  };
}
