import type { PolicyName, Run, Scenario, Variant } from './compare.ts';
import { LATE_SECONDS, type Outcome } from './outcome.ts';

/** Widths of the columns. */
const NAME = 24;
const COLUMN = 22;
const NARROW = 14;

/** A row of the table of policies. */
type Row = [name: string, show: (outcome: Outcome, policy: PolicyName) => string];

const ROWS: readonly Row[] = [
  ['maximum queue length', ({ peakBacklog }) => number(peakBacklog)],
  ['longest wait', ({ longestWaitSeconds }) => duration(longestWaitSeconds)],
  [`waited over ${LATE_SECONDS} s`, ({ lateShare }) => percent(lateShare)],
  ['drained after the rush', ({ drainedAfterRushSeconds }) => duration(drainedAfterRushSeconds)],
  ['drained after the day', ({ drainedAfterDaySeconds }) => duration(drainedAfterDaySeconds)],
  ['maximum instances', ({ peakInstances }) => number(peakInstances)],
  ['instance-hours paid', (outcome, policy) => decimal(paidHours(outcome, policy))],
  ['changes in size', ({ changes }) => number(changes)],
  ['changes in direction', ({ turns }) => number(turns)],
];

/** Formats the scenario, and the outcome under each policy. */
export function formatRuns(runs: readonly Run[], scenario: Scenario): string {
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(COLUMN)).join('')}\n`;
  const header = line(
    '',
    runs.map(({ policy }) => policy),
  );
  const rows = ROWS.map(([name, show]) =>
    line(
      name,
      runs.map(({ policy, outcome }) => show(outcome, policy)),
    ),
  );
  return [describe(scenario), '\n', header, ...rows].join('');
}

/** Formats the outcomes of the fleet policies with other targets. */
export function formatVariants(variants: readonly Variant[]): string {
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(NARROW)).join('')}\n`;
  const header = line('other targets', [
    'target',
    'longest wait',
    `over ${LATE_SECONDS} s`,
    'hours paid',
    'changes',
  ]);
  const rows = variants.map(({ policy, target, outcome }) =>
    line(policy, [
      number(target),
      duration(outcome.longestWaitSeconds),
      percent(outcome.lateShare),
      decimal(paidHours(outcome, policy)),
      number(outcome.changes),
    ]),
  );
  return [header, ...rows].join('');
}

function describe(scenario: Scenario): string {
  const { orders, peak, ratePerWorker, min, max, warmUpSeconds, targetBacklog, targetQueueLength } = scenario;
  return `  ${number(orders)} orders, at most ${number(peak)} a second; one worker processes ${number(ratePerWorker)} a second.
  Fleet: ${number(min)} to ${number(max)} instances, ${warmUpSeconds} s warm-up, targets ${number(targetBacklog)} per instance or ${number(targetQueueLength)} in the queue.
  Event source mapping: at most ${number(scenario.maximumConcurrency)} concurrent invocations.
`;
}

/** Instances are paid for from launch to termination, invocations while they have work. */
const paidHours = ({ instanceHours, busyHours }: Outcome, policy: PolicyName): number =>
  policy === 'event source mapping' ? busyHours : instanceHours;

function duration(seconds: number | undefined): string {
  if (seconds === undefined) return 'not in a week';
  if (seconds === 0) return 'immediately';
  const padded = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${padded(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} min`;
}

const number = (value: number): string => value.toLocaleString('en');
const decimal = (value: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percent = (share: number): string => `${decimal(share * 100)} %`;
