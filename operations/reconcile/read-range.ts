import { RETENTION_SECONDS } from '../../lib/aws/ledger-record.ts';
import { InvalidInputError } from '../../lib/errors.ts';
import { toMilliseconds } from '../../lib/order/timestamp.ts';
import { received } from '../../lib/text.ts';
import type { TimeRange } from '../aws/ledger-scan.ts';

/**
 * Reads the range of a reconciliation. It begins at most 30 days ago, because the ledger forgets older orders.
 *
 * @param input ISO 8601 texts. Default of `from`: 30 days ago. Default of `to`: now.
 * @param now The current time in epoch milliseconds.
 * @param nameOf Name of a field in error messages. Default: the field.
 * @throws InvalidInputError that names the field, its rule and the value received
 */
export function readRange(
  input: { from?: string; to?: string },
  now: number,
  nameOf: (field: keyof TimeRange) => string = (field) => field,
): TimeRange {
  const earliest = now - RETENTION_SECONDS * 1_000;
  const from = readMoment(nameOf('from'), input.from) ?? earliest;
  const to = readMoment(nameOf('to'), input.to) ?? now;
  if (from < earliest) {
    const rule = `must be within the 30 days that the ledger remembers, from ${iso(earliest)} on`;
    throw new InvalidInputError(`${nameOf('from')}: ${rule}, received ${received(input.from)}`);
  }
  if (from >= to) {
    const rule = `must be before ${nameOf('to')}, which is ${iso(to)}`;
    throw new InvalidInputError(`${nameOf('from')}: ${rule}, received ${iso(from)}`);
  }
  return { from, to };
}

function readMoment(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = toMilliseconds(text);
  if (moment !== undefined) return moment;
  const rule = 'must be an ISO 8601 date or date-time, such as 2026-11-22 or 2026-11-22T10:00:00Z';
  throw new InvalidInputError(`${name}: ${rule}, received ${received(text)}`);
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
