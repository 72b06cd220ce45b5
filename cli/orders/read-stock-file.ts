import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { InvalidInputError } from '../../lib/errors.ts';

/**
 * Reads a file of what is to be added to the stock: CSV with a header where its name says so, else JSON. What its items are
 * worth is for `readRestockInput` to judge.
 *
 * @returns items
 * @throws InvalidInputError that names the file where it cannot be read
 */
export async function readStockFile(path: string): Promise<unknown> {
  try {
    const text = await readFile(path, 'utf8');
    return /\.csv$/i.test(path) ? readCsv(text) : itemsOf(JSON.parse(text));
  } catch (error) {
    throw new InvalidInputError(
      `--file: must be a readable file of CSV or JSON, received ${path} (${(error as Error).message})`,
    );
  }
}

function readCsv(text: string): object[] {
  const rows: Record<string, string>[] = parse(text, {
    columns: true,
    bom: true,
    trim: true,
    relax_column_count_less: true,
    skip_empty_lines: true,
  });
  return rows.map(({ quantity, product_name, ...item }) => ({
    ...item,
    quantity: quantity && /^\d+$/.test(quantity) ? Number(quantity) : quantity,
    ...(product_name && { product_name }),
  }));
}

/** An array of items, an object with `items`, or one item. */
function itemsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value;
  const { items = [value] } = Object(value) as { items?: unknown };
  return items;
}
