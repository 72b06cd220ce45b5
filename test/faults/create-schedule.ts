import { seededRandom } from '../../lib/produce/generator.ts';
import type { RequestFault, Schedule } from './schedule.ts';
import { THEMES } from './themes.ts';

/** What may go wrong beside the theme of any schedule: nothing that could come between a publish and its mark. */
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
