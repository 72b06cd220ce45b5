import type { Fault, PassingRequest } from '../../harness/fault-proxy/fault.ts';
import type { RequestFault } from './schedule.ts';

/** Carries out the faults of requests of a schedule. */
export interface FaultPlan {
  decide(passing: PassingRequest): Fault | undefined;
  /** Faults that hit so far, by kind. */
  hits: Readonly<Record<string, number>>;
  /**
   * Orders that may have been published, and not marked, because of a fault: entries of such requests, at most. Those of
   * clients that were killed are not among them.
   */
  ordersAtRisk(): number;
  /** From now on nothing goes wrong. */
  end(): void;
}

/** Most entries of a PublishBatch, and of a BatchWriteItem. */
const PUBLISH_ENTRIES = 10;
const WRITE_ENTRIES = 25;

/** A fault counts the requests that it is about by itself; of several that are due, the first one hits. */
export function createFaultPlan(faults: readonly RequestFault[]): FaultPlan {
  const seen = faults.map(() => 0);
  const hits: Record<string, number> = {};
  let ordersAtRisk = 0;
  let isOver = false;
  return {
    hits,
    ordersAtRisk: () => ordersAtRisk,
    decide(passing) {
      let hit: Fault | undefined;
      for (const [index, fault] of faults.entries()) {
        if (!isAbout(fault, passing)) continue;
        const count = (seen[index] ?? 0) + 1;
        seen[index] = count;
        if (count >= fault.nth && count < fault.nth + fault.times) hit ??= fault.fault;
      }
      if (isOver || !hit) return undefined;
      hits[hit.kind] = (hits[hit.kind] ?? 0) + 1;
      if (passing.action === 'PublishBatch' && isAnswerLost(hit)) ordersAtRisk += PUBLISH_ENTRIES;
      if (passing.action === 'BatchWriteItem' && isNotDone(hit)) ordersAtRisk += WRITE_ENTRIES;
      return hit;
    },
    end() {
      isOver = true;
    },
  };
}

/** Clients are named after their function, `consumer-2`. */
function isAbout({ role, action, service }: RequestFault, passing: PassingRequest): boolean {
  return (
    (role === undefined || passing.client.replace(/-\d+$/, '') === role) &&
    (action === undefined || passing.action === action) &&
    (service === undefined || passing.service === service)
  );
}

function isAnswerLost(fault: Fault): boolean {
  return fault.kind === 'hang' || (fault.kind === 'cut' && fault.when === 'after');
}

function isNotDone(fault: Fault): boolean {
  return (
    ['throttle', 'error', 'partial'].includes(fault.kind) || (fault.kind === 'cut' && fault.when === 'before')
  );
}
