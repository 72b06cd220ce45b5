import { askInspection } from '../pipeline/ask-inspection.ts';
import type { InspectedFunction, Inspection } from './inspection.ts';
import type { StatusSource } from './pipeline-status.ts';

/** Milliseconds over which rates are averaged: long enough to be steady, short enough to show a change. */
const WINDOW_MS = 5_000;
/** Minimum milliseconds between two readings for a meaningful rate. */
const MIN_MS = 500;

interface Sample extends Pick<Inspection, 'queues' | 'since'> {
  at: number;
}

/**
 * Reads the status of the embedded cloud. Rates are computed from the totals of the last seconds' readings, so the first reading
 * has none.
 *
 * @param names Names of its functions, in the order of the result.
 */
export function createEmbeddedStatus(inspectionUrl: string, names: readonly string[]): StatusSource {
  let samples: Sample[] = [];

  return {
    async measure() {
      const inspection = await askInspection<Inspection>(inspectionUrl);
      const { since, queues, functions, confirmed, denials } = inspection;
      const latest: Sample = { at: performance.now(), since, queues };
      // After a restart, totals count from zero again.
      samples = [...samples.filter((sample) => sample.since === since), latest];
      // The last two readings are kept even if they are further apart than the window.
      samples = samples.filter(({ at }, index) => at >= latest.at - WINDOW_MS || index >= samples.length - 2);
      const [first = latest] = samples;
      return {
        since,
        confirmed,
        denials,
        queues: new Map(
          Object.entries(queues).map(([name, { taken, oldestSeconds }]) => [
            name,
            { taken, oldestSeconds, ...ratesOf(name, first, latest) },
          ]),
        ),
        functions: names.map((name) => toFunction(name, functions[name])),
      };
    },
  };
}

function ratesOf(name: string, first: Sample, last: Sample) {
  const ms = last.at - first.at;
  const before = first.queues[name];
  const now = last.queues[name];
  if (ms < MIN_MS || !before || !now) return { inPerSecond: null, outPerSecond: null };
  const perSecond = (count: number) => (count * 1_000) / ms;
  return {
    inPerSecond: perSecond(now.taken - before.taken),
    outPerSecond: perSecond(now.deleted - before.deleted),
  };
}

const NOTHING: InspectedFunction = { invocations: 0, errors: 0, totalMs: 0, running: 0 };

function toFunction(name: string, { invocations, errors, totalMs, running } = NOTHING) {
  return { name, invocations, errors, averageMs: invocations > 0 ? totalMs / invocations : null, running };
}
