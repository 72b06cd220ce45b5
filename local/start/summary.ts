import type { PipelineCounts } from './pipeline-counts.ts';
import { number } from './progress.ts';

/** How a run went. */
export interface RunResult {
  counts: PipelineCounts;
  /** What the producer says it sent; 0 where nothing was produced. */
  sent: number;
  /** What the producer says it could not send. */
  unsent: number;
  /** What the producer says that took. */
  produceMs: number;
  /** From the first order sent to the last one settled. */
  totalMs: number;
}

/**
 * Whether every order that the queue took is accounted for, each confirmed once. Numbers from four sources have to agree:
 * the producer's report, the queues' own depths, the mailbox, and the consumer's metrics. Only an order that was in hand
 * when an earlier run died may be confirmed twice.
 */
export function reconciles({ counts, sent, unsent }: RunResult): boolean {
  const { carriedOver, received, confirmed, repeated, duplicates, redelivered, deadLettered } = counts;
  const accounted = confirmed + duplicates + redelivered + deadLettered;
  const allSent = sent <= received && unsent === 0 && counts.deadLetteredFiles === 0;
  return received === accounted && allSent && repeated <= carriedOver;
}

/** The table at the end of a run. */
export function summarize(result: RunResult): string {
  const { counts, sent, unsent, produceMs, totalMs } = result;
  const rows: [string, number, string][] = [
    ['sent', sent, `${rate(sent, produceMs)} over ${seconds(produceMs)}`],
    [
      'in the queue',
      counts.received,
      counts.carriedOver > 0 ? `${number(counts.carriedOver)} from before` : '',
    ],
    ['= confirmed', counts.confirmed, `${rate(counts.confirmed, totalMs)} over ${seconds(totalMs)}`],
    ['+ duplicates', counts.duplicates, ''],
    ['+ dead-lettered', counts.deadLettered, ''],
  ];
  const exceptions: [string, number, string][] = [
    ['+ delivered again', counts.redelivered, 'confirmed before'],
    ['not sent', unsent, ''],
    ['confirmed twice', counts.repeated, ''],
    ['files dead-lettered', counts.deadLetteredFiles, ''],
  ];
  const lines = [...rows, ...exceptions.filter(([, value]) => value !== 0)].map(([name, value, note]) =>
    `  ${name.padEnd(20)}${number(value).padStart(12)}  ${note}`.trimEnd(),
  );
  const twice = counts.repeated > 0 ? 'twice only what was in hand when an earlier run died' : 'none twice';
  const verdict = reconciles(result)
    ? `Reconciled: every order is accounted for, ${twice}.`
    : 'NOT reconciled.';
  return `${lines.join('\n')}\n\n  ${verdict}\n`;
}

const rate = (orders: number, ms: number): string =>
  `${number(Math.round(orders / (Math.max(ms, 1) / 1_000)))}/s`;
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
