import type { GrantUse } from './create-access.ts';

/**
 * Merges what threads know about the use of rights. A right is used if a request to any of them needed it, from a function or
 * from a worker, which has the same statements.
 */
export function mergeUsage(usages: readonly (readonly GrantUse[])[]): GrantUse[] {
  const merged = new Map<string, GrantUse>();
  for (const grant of usages.flat()) {
    const key = JSON.stringify([grant.place, grant.action, grant.resource]);
    const known = merged.get(key);
    if (known) known.used ||= grant.used;
    else merged.set(key, { ...grant });
  }
  return [...merged.values()];
}
