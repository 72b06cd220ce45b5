import { ORDER_FIELDS, type Order } from '../order.ts';
import { received } from '../received.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** Which cell of a row holds which field. */
export interface CsvHeader {
  columns: [field: keyof Order, index: number][];
  width: number;
}

/** A cell that is a number as it stands: no thousands separator, no decimal comma. */
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Finds the order's fields among the column names; unknown columns are ignored.
 *
 * @param place File and line, for the message.
 * @throws UnreadableFileError `missing_columns`, `duplicate_columns`.
 */
export function readCsvHeader(cells: string[], place: string): CsvHeader {
  const names = cells.map((cell) => cell.trim());
  const missing = ORDER_FIELDS.filter((field) => field !== 'order_id' && !names.includes(field));
  if (missing.length > 0) {
    const message = `${place}: header must name ${missing.join(', ')}, received ${received(names.join(','))}`;
    throw new UnreadableFileError('missing_columns', message);
  }
  const twice = ORDER_FIELDS.find((field) => names.indexOf(field) !== names.lastIndexOf(field));
  if (twice) {
    const message = `${place}: header must name ${twice} once, received ${received(names.join(','))}`;
    throw new UnreadableFileError('duplicate_columns', message);
  }
  const columns = ORDER_FIELDS.filter((field) => names.includes(field));
  return { columns: columns.map((field) => [field, names.indexOf(field)]), width: names.length };
}

/** The fields of a row, for {@link parseOrder} to judge. An empty cell is a missing field. */
export function fieldsOf(cells: string[], { columns }: CsvHeader): Record<string, string | number> {
  const fields: Record<string, string | number> = {};
  for (const [field, index] of columns) {
    const cell = cells[index]?.trim();
    if (!cell) continue;
    const numeric = (field === 'price' || field === 'timestamp') && NUMBER.test(cell);
    fields[field] = numeric ? Number(cell) : cell;
  }
  return fields;
}
