import type { Fault, PassingRequest } from '../../harness/fault-proxy/fault.ts';
import { seededRandom } from '../../lib/produce/generator.ts';

/** A fault, and how many of 10,000 requests that it fits meet with it. */
interface Chance {
  of10000: number;
  fault: Fault;
  /** The actions that it is for; default: all. */
  fits?: RegExp;
}

/** A bad day that does not end: of each hundred requests one is slow, and one fails in one way or another. */
const CHANCES: readonly Chance[] = [
  { of10000: 80, fault: { kind: 'delay', ms: 200 } },
  { of10000: 20, fault: { kind: 'delay', ms: 1_000 } },
  { of10000: 20, fault: { kind: 'throttle' } },
  { of10000: 20, fault: { kind: 'error' } },
  { of10000: 10, fault: { kind: 'cut', when: 'before' } },
  { of10000: 10, fault: { kind: 'cut', when: 'after' } },
  { of10000: 100, fault: { kind: 'partial' }, fits: /Batch|BatchExecuteStatement/ },
  { of10000: 20, fault: { kind: 'forget' }, fits: /^DeleteMessageBatch$/ },
  { of10000: 50, fault: { kind: 'redeliver' }, fits: /^ReceiveMessage$/ },
  { of10000: 50, fault: { kind: 'reorder' }, fits: /^ReceiveMessage$/ },
];

/**
 * A message of the upload queue that was taken and whose answer, or deletion, is lost is out of sight for 90 minutes, which no
 * run can wait for.
 */
const UPLOADS = 'upload-queue';
const HIDING = /^(ReceiveMessage|DeleteMessageBatch)$/;

/** Decides which requests fail, and how. */
export interface FaultChoice {
  decide(passing: PassingRequest): Fault | undefined;
  /** Requests that met with each kind of fault. */
  counts: Record<string, number>;
  /** From now on all goes well. */
  end(): void;
}

/** The n-th request has the same luck in each run with this seed; which request that is, the run decides. */
export function chooseFaults(seed: number): FaultChoice {
  const counts: Record<string, number> = {};
  const random = seededRandom(seed);
  let ended = false;

  return {
    decide({ action, queue }) {
      if (ended || (queue?.endsWith(UPLOADS) && HIDING.test(action))) return undefined;
      let luck = random();
      for (const { of10000, fault, fits } of CHANCES) {
        if (fits && !fits.test(action)) continue;
        luck -= of10000 / 10_000;
        if (luck >= 0) continue;
        counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
        return fault;
      }
      return undefined;
    },
    counts,
    end() {
      ended = true;
    },
  };
}
