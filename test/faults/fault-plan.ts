import type { Fault, PassingRequest } from './proxy/fault.ts';
import type { RequestFault } from './schedule.ts';

/** Carries out the faults of requests of a schedule. */
export interface FaultPlan {
  decide(passing: PassingRequest): Fault | undefined;
  /** Faults that hit so far, by kind. */
  hits: Readonly<Record<string, number>>;
  /** From now on nothing goes wrong. */
  end(): void;
}

/** A fault counts the requests that it is about by itself; of several that are due, the first one hits. */
export function createFaultPlan(faults: readonly RequestFault[]): FaultPlan {
  const seen = faults.map(() => 0);
  const hits: Record<string, number> = {};
  let isOver = false;
  return {
    hits,
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
