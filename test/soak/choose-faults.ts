import type { Fault, PassingRequest } from '../../harness/fault-proxy/fault.ts';
import { seededRandom } from '../../lib/produce/generator.ts';

/** A fault with its probability. */
interface Chance {
  /** Number of hits per 10,000 matching requests. */
  per10000: number;
  fault: Fault;
  /** Matching actions. Default: all. */
  actions?: RegExp;
}

/** About 1 % of requests are slow, and about 1 % fail. */
const CHANCES: readonly Chance[] = [
  { per10000: 80, fault: { kind: 'delay', ms: 200 } },
  { per10000: 20, fault: { kind: 'delay', ms: 1_000 } },
  { per10000: 20, fault: { kind: 'throttle' } },
  { per10000: 20, fault: { kind: 'error' } },
  { per10000: 10, fault: { kind: 'cut', when: 'before' } },
  { per10000: 10, fault: { kind: 'cut', when: 'after' } },
  { per10000: 100, fault: { kind: 'partial' }, actions: /Batch|BatchExecuteStatement/ },
  { per10000: 20, fault: { kind: 'forget' }, actions: /^DeleteMessageBatch$/ },
  { per10000: 50, fault: { kind: 'redeliver' }, actions: /^ReceiveMessage$/ },
  { per10000: 50, fault: { kind: 'reorder' }, actions: /^ReceiveMessage$/ },
];

/** A lost receive or delete would make an upload message invisible for 90 minutes, which is too long for a run. */
const UPLOAD_QUEUE = 'upload-queue';
const HIDING_ACTIONS = /^(ReceiveMessage|DeleteMessageBatch)$/;

/** Decides which requests fail, and how. */
export interface FaultChoice {
  decide(passing: PassingRequest): Fault | undefined;
  /** Number of injected faults by kind. */
  counts: Record<string, number>;
  /** Stops injecting faults. */
  end(): void;
}

/** The nth request gets the same random number in each run with this seed, but the order of requests varies. */
export function chooseFaults(seed: number): FaultChoice {
  const counts: Record<string, number> = {};
  const random = seededRandom(seed);
  let ended = false;

  return {
    decide({ action, queue }) {
      if (ended || (queue?.endsWith(UPLOAD_QUEUE) && HIDING_ACTIONS.test(action))) return undefined;
      let remaining = random();
      for (const { per10000, fault, actions } of CHANCES) {
        if (actions && !actions.test(action)) continue;
        remaining -= per10000 / 10_000;
        if (remaining >= 0) continue;
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
