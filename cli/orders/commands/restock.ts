import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { InvalidInputError } from '../../../lib/errors.ts';
import type { RestockResult } from '../../../lib/shipping/restock.ts';
import { printable } from '../../../lib/text.ts';
import { requestRestock } from '../../../operations/shipping/request-restock.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { table } from '../../table.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';

interface RestockOptions {
  name?: string;
  id?: string;
  file?: string;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('restock', 'Add stock, which is assigned to the oldest backorders first')
    .argument('[product_id]', 'product to restock')
    .argument('[quantity]', 'number of pieces to add')
    .option('--name <name>', 'new name of the product')
    .option('--id <restock_id>', 'id of this restock; a second restock with the same id adds nothing')
    .option('--file <file>', 'restock many products: CSV with product_id,quantity[,product_name], or JSON')
    .action(createAction(onExit, restock));
}

async function restock(
  context: Context,
  productId: string | undefined,
  quantity: string | undefined,
  options: RestockOptions,
): Promise<CommandResult> {
  const items = await readItems(productId, quantity, options);
  const restocked = await requestRestock(await context.open(), {
    items,
    ...(options.id !== undefined && { restock_id: options.id }),
  });
  return { data: restocked, text: toText(restocked) };
}

async function readItems(
  product_id: string | undefined,
  quantity: string | undefined,
  { name, file }: RestockOptions,
): Promise<unknown> {
  if (file !== undefined) {
    if (product_id === undefined && name === undefined) return readStockFile(file);
    throw new UsageError('--file: cannot be used with PRODUCT_ID or --name');
  }
  if (product_id === undefined || quantity === undefined) {
    throw new UsageError('restock: give PRODUCT_ID and QUANTITY, or --file FILE');
  }
  const pieces = wholeNumber('QUANTITY', quantity, 1, 1_000_000_000);
  return [{ product_id, quantity: pieces, ...(name !== undefined && { product_name: name }) }];
}

function toText({ restock_id, products }: RestockResult): string {
  const rows = products.map(({ product_id, added, scheduled, stock }) => [
    printable(product_id),
    whole(added),
    whole(scheduled),
    whole(stock),
  ]);
  return `restock ${restock_id}\n\n${table(['product', 'added', 'to backorders', 'stock'], rows, 'lrrr')}`;
}

/**
 * Reads the items of a stock file: CSV with a header if its name ends in `.csv`, else JSON. `readRestockInput` validates
 * them.
 *
 * @throws InvalidInputError if the file cannot be read or parsed.
 */
async function readStockFile(path: string): Promise<unknown> {
  try {
    const text = await readFile(path, 'utf8');
    return /\.csv$/i.test(path) ? readCsv(text) : itemsOf(JSON.parse(text));
  } catch (error) {
    throw new InvalidInputError(
      `--file: must be a readable CSV or JSON file, received ${path} (${(error as Error).message})`,
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

/** Accepts an array of items, an object with `items`, or a single item. */
function itemsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value;
  const { items = [value] } = Object(value) as { items?: unknown };
  return items;
}
