import type { Fault, PassingRequest } from '../../harness/fault-proxy/fault.ts';
import type { RequestFault } from './schedule.ts';

/** Injects the request faults of a schedule. */
export interface FaultPlan {
  decide(passing: PassingRequest): Fault | undefined;
  /** Number of injected faults by kind. */
  hits: Readonly<Record<string, number>>;
  /**
   * Returns the maximum number of orders that were published but not marked because of a fault. Excludes the orders of killed
   * clients.
   */
  ordersAtRisk(): number;
  /** Stops injecting faults. */
  end(): void;
}

/** Maximum number of entries of a PublishBatch and of a BatchWriteItem request. */
const PUBLISH_ENTRIES = 10;
const WRITE_ENTRIES = 25;

/** Creates a plan. Each fault counts its matching requests independently. If several match a request, the first one hits. */
export function createFaultPlan(faults: readonly RequestFault[]): FaultPlan {
  const seen = faults.map(() => 0);
  const hits: Record<string, number> = {};
  let ordersAtRisk = 0;
  let hasEnded = false;
  return {
    hits,
    ordersAtRisk: () => ordersAtRisk,
    decide(passing) {
      let hit: Fault | undefined;
      for (const [index, fault] of faults.entries()) {
        if (!matches(fault, passing)) continue;
        const count = (seen[index] ?? 0) + 1;
        seen[index] = count;
        if (count >= fault.nth && count < fault.nth + fault.times) hit ??= fault.fault;
      }
      if (hasEnded || !hit) return undefined;
      hits[hit.kind] = (hits[hit.kind] ?? 0) + 1;
      if (passing.action === 'PublishBatch' && isResponseLost(hit)) ordersAtRisk += PUBLISH_ENTRIES;
      if (passing.action === 'BatchWriteItem' && isRejected(hit)) ordersAtRisk += WRITE_ENTRIES;
      return hit;
    },
    end() {
      hasEnded = true;
    },
  };
}

/** Returns whether a fault matches a request. Clients are named after their function, such as `consumer-2`. */
function matches({ role, action, service }: RequestFault, passing: PassingRequest): boolean {
  return (
    (role === undefined || passing.client.replace(/-\d+$/, '') === role) &&
    (action === undefined || passing.action === action) &&
    (service === undefined || passing.service === service)
  );
}

function isResponseLost(fault: Fault): boolean {
  return fault.kind === 'hang' || (fault.kind === 'cut' && fault.when === 'after');
}

function isRejected(fault: Fault): boolean {
  return (
    ['throttle', 'error', 'partial'].includes(fault.kind) || (fault.kind === 'cut' && fault.when === 'before')
  );
}
