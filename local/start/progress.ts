import { createLogUpdate } from 'log-update';
import { bar } from '../../program/bar.ts';
import type { PipelineCounts } from './pipeline-counts.ts';

export interface Progress {
  update(counts: PipelineCounts): void;
  /** Ends the display; the last state stays on the screen. */
  done(): void;
}

/** Milliseconds between plain lines. */
const LINE_INTERVAL = 2_000;
/** Milliseconds over which rates are measured: long enough to be steady, short enough to show a change. */
const RATE_WINDOW = 3_000;

/**
 * Shows progress bars on a terminal, and prints plain lines elsewhere.
 *
 * @param total Number of orders that the run sends.
 */
export function createProgress(stream: NodeJS.WriteStream, total: number): Progress {
  const rates = trackRates();
  return stream.isTTY ? showBars(stream, total, rates) : showLines(stream, total, rates);
}

type Rates = (counts: PipelineCounts) => { received: number; confirmed: number };

function showBars(stream: NodeJS.WriteStream, total: number, rates: Rates): Progress {
  const log = createLogUpdate(stream);
  return {
    update(counts) {
      const rate = rates(counts);
      const { received, confirmed, waiting, inFlight, duplicates, deadLettered } = counts;
      const settled = confirmed + duplicates + deadLettered;
      log(
        [
          `  sent       ${bar(received, total)} ${number(received)}  ${number(rate.received)}/s`,
          `  confirmed  ${bar(settled, total)} ${number(confirmed)}  ${number(rate.confirmed)}/s  waiting ${number(waiting)}  in flight ${number(inFlight)}`,
          ...Object.entries(counts.stores).map(
            ([name, { received, waiting, reported }]) =>
              `  ${name.padEnd(9)}  ${bar(received - waiting, total)} ${number(reported)}  waiting ${number(waiting)}`,
          ),
          ...Object.entries(counts.others).map(
            ([name, { received, waiting, deadLettered }]) =>
              `  ${name.padEnd(9)}  ${bar(received - waiting, total)} ${number(received - waiting - deadLettered)}  waiting ${number(waiting)}`,
          ),
          `  duplicates ${number(duplicates)} · dead-lettered ${number(deadLetters(counts))}${hints(counts, ' · ')}`,
        ].join('\n'),
      );
    },
    done: () => log.done(),
  };
}

function showLines(stream: NodeJS.WriteStream, total: number, rates: Rates): Progress {
  let shown = Number.NEGATIVE_INFINITY;
  let latest = '';
  let printed = '';
  const print = () => {
    if (latest !== printed) stream.write(`${latest}\n`);
    printed = latest;
  };
  return {
    update(counts) {
      const rate = rates(counts);
      const { received, confirmed, waiting, inFlight, duplicates } = counts;
      latest =
        `sent ${number(received)} of ${number(total)} (${number(rate.received)}/s), ` +
        `confirmed ${number(confirmed)} (${number(rate.confirmed)}/s, waiting ${number(waiting)}, in flight ${number(inFlight)}), ` +
        Object.entries(counts.stores)
          .map(
            ([name, { reported, waiting }]) => `${name} ${number(reported)} (waiting ${number(waiting)}), `,
          )
          .join('') +
        Object.entries(counts.others)
          .map(
            ([name, { received, waiting, deadLettered }]) =>
              `${name} ${number(received - waiting - deadLettered)} (waiting ${number(waiting)}), `,
          )
          .join('') +
        `duplicates ${number(duplicates)}, dead-lettered ${number(deadLetters(counts))}${hints(counts, ', ')}`;
      if (Date.now() - shown < LINE_INTERVAL) return;
      shown = Date.now();
      print();
    },
    done: print,
  };
}

function trackRates(): Rates {
  const samples: { at: number; received: number; confirmed: number }[] = [];
  return ({ received, confirmed }) => {
    const at = Date.now();
    samples.push({ at, received, confirmed });
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > RATE_WINDOW) samples.shift();
    const [first] = samples;
    const seconds = first ? (at - first.at) / 1_000 : 0;
    if (!first || seconds === 0) return { received: 0, confirmed: 0 };
    return {
      received: Math.round((received - first.received) / seconds),
      confirmed: Math.round((confirmed - first.confirmed) / seconds),
    };
  };
}

/** Dead letters of all queues. */
const deadLetters = ({ deadLettered, stores, others }: PipelineCounts): number =>
  [...Object.values(stores), ...Object.values(others)].reduce(
    (sum, queue) => sum + queue.deadLettered,
    deadLettered,
  );

/** Failures and where to look for their reasons; empty if there are none. */
function hints({ failures, errors }: PipelineCounts, separator: string): string {
  const all = [
    ...(failures > 0 ? [`failed ${number(failures)} (will be retried)`] : []),
    ...(errors > 0 ? [`errors ${number(errors)}`] : []),
  ];
  return all.length > 0 ? `${separator}${all.join(separator)}: see the function log` : '';
}

/** Formats a number with thousands separators. */
export const number = (value: number): string => value.toLocaleString('en');
