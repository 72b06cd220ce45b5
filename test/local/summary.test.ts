import { describe, expect, test } from 'vitest';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { type RunResult, reconciles, summarize } from '../../local/start/summary.ts';
import { pipelineCounts } from './pipeline-counts.ts';

const COUNTS = { received: 10_000, confirmed: 9_990, duplicates: 7, deadLettered: 3 };
const run = (counts: Partial<PipelineCounts> = {}, result: Partial<RunResult> = {}): RunResult => ({
  counts: pipelineCounts({ ...COUNTS, ...counts }),
  sent: 10_000,
  unsent: 0,
  produceMs: 2_000,
  totalMs: 4_000,
  ...result,
});

describe('a run reconciles', () => {
  test.for([
    ['when all that the queue took was confirmed, a duplicate or dead-lettered', run()],
    ['when others sent orders too', run({ received: 10_005, confirmed: 9_995 })],
    ['when an order of an earlier run was delivered again', run({ received: 10_001, redelivered: 1 })],
    [
      'when what was in hand as an earlier run died is confirmed twice',
      run({ carriedOver: 50, repeated: 50 }),
    ],
    ['when nothing was sent', run(pipelineCounts(), { sent: 0 })],
  ] as const)('%s', ([, result]) => {
    expect(reconciles(result)).toBe(true);
  });
});

describe('a run does not reconcile', () => {
  test.for([
    ['when an order is missing', run({ confirmed: 9_989 })],
    ['when an order is accounted for twice', run({ confirmed: 9_991 })],
    ['when a duplicate is not counted', run({ duplicates: 6 })],
    ['when a dead letter is not counted', run({ deadLettered: 2 })],
    ['when a redelivery comes on top', run({ redelivered: 1 })],
    ['when the queue took less than was sent', run({}, { sent: 10_001 })],
    ['when an order could not be sent', run({}, { unsent: 1 })],
    ['when a customer was told twice', run({ repeated: 1 })],
    ['when more was confirmed twice than was in hand', run({ carriedOver: 50, repeated: 51 })],
    ['when a file was dead-lettered', run({ deadLetteredFiles: 1 })],
  ] as const)('%s', ([, result]) => {
    expect(reconciles(result)).toBe(false);
    expect(summarize(result)).toMatch(/\n\n {2}NOT reconciled\.\n$/);
  });
});

test('the table adds up from what was sent to what became of it, with rates', () => {
  expect(summarize(run())).toBe(
    [
      '  sent                      10,000  5,000/s over 2.0 s',
      '  in the queue              10,000',
      '  = confirmed                9,990  2,498/s over 4.0 s',
      '  + duplicates                   7',
      '  + dead-lettered                3',
      '',
      '  Reconciled: every order is accounted for, none twice.',
      '',
    ].join('\n'),
  );
});

test('what should not be is in the table only where it is', () => {
  const table = summarize(run({ redelivered: 4, repeated: 5, deadLetteredFiles: 6 }, { unsent: 8 }));
  expect(table).toMatch(/delivered again +4 /);
  expect(table).toMatch(/not sent +8\n/);
  expect(table).toMatch(/confirmed twice +5\n/);
  expect(table).toMatch(/files dead-lettered +6\n/);
  expect(summarize(run())).not.toMatch(/delivered again|not sent|confirmed twice|files/);
});

test('a run that took no time at all still has a rate', () => {
  expect(summarize(run({}, { produceMs: 0, totalMs: 0 }))).not.toMatch(/NaN|Infinity|∞/);
});
