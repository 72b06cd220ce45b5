import type { Ledger } from './ledger.ts';
import type { LedgerRecord } from './ledger-record.ts';

/**
 * What the ledger knows of one order; undefined where that is nothing.
 *
 * @throws ServiceError
 */
export async function findRecord(
  ledger: Pick<Ledger, 'find'>,
  orderId: string,
): Promise<LedgerRecord | undefined> {
  const [outcome] = await ledger.find([orderId]);
  if (!outcome?.ok) throw outcome?.error;
  return outcome.value;
}
