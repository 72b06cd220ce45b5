import type { Row } from './database.ts';
import { DatabaseError } from './database-error.ts';

/**
 * Reads a count that a statement answers with.
 *
 * @throws DatabaseError `unexpected_answer` where it is none, or is not there
 */
export function readCount(row: Row | undefined, column: string): number {
  const text = row?.[column];
  if (text && /^\d+$/.test(text)) return Number(text);
  throw new DatabaseError(
    'unexpected_answer',
    `${column}: must be a count, received ${text ?? 'nothing'}`,
    false,
  );
}
