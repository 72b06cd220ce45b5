import { countReason, reasonOf } from '../observability/reasons.ts';
import type { StoredBatch } from './store-batch.ts';

/** Why records of a batch were not stored, in codes with counts; what customers sent is not among them. */
export function countReasons({ rejected, failure }: StoredBatch<unknown>): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { path, code } of rejected.flat()) countReason(reasons, `${path}: ${code}`);
  if (failure) countReason(reasons, reasonOf(failure));
  return reasons;
}
