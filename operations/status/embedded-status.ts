import { askInspection } from '../pipeline/ask-inspection.ts';
import type { InspectedFunction, Inspection } from './inspection.ts';
import type { StatusSource } from './pipeline-status.ts';

/** Rates are over this many ms: long enough to be steady, short enough to show a change. */
const WINDOW_MS = 5_000;
/** Ms that two readings must be apart to tell a rate. */
const LEAST_MS = 500;

interface Sample extends Pick<Inspection, 'queues' | 'since'> {
  at: number;
}

/**
 * What the embedded cloud tells of itself. Rates are differences between its totals, over the readings of the last seconds:
 * the first one has none.
 *
 * @param names of its functions, in the order in which they are to be told
 */
export function createEmbeddedStatus(inspectionUrl: string, names: readonly string[]): StatusSource {
  let samples: Sample[] = [];

  return {
    async measure() {
      const inspection = await askInspection<Inspection>(inspectionUrl);
      const { since, queues, functions, confirmed } = inspection;
      const latest: Sample = { at: performance.now(), since, queues };
      // Another start of it counts from nothing.
      samples = [...samples.filter((sample) => sample.since === since), latest];
      // Readings may be further apart than that: the last two tell a rate all the same.
      samples = samples.filter(({ at }, index) => at >= latest.at - WINDOW_MS || index >= samples.length - 2);
      const [first = latest] = samples;
      return {
        since,
        confirmed,
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
  if (ms < LEAST_MS || !before || !now) return { inPerSecond: null, outPerSecond: null };
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
