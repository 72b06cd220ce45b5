import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { InvalidInputError } from '../../../lib/errors.ts';
import type { Restocked } from '../../../lib/shipping/restock.ts';
import { printable } from '../../../lib/text.ts';
import { requestRestock } from '../../../operations/shipping/request-restock.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { table } from '../../table.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';

interface RestockOptions {
  name?: string;
  id?: string;
  file?: string;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('restock', 'Adds to the stock, which goes to the oldest backorders first.')
    .argument('[product_id]', 'the product')
    .argument('[quantity]', 'pieces to add')
    .option('--name <name>', 'what the product is called from now on')
    .option('--id <restock_id>', 'what this restock is known by: it adds once, however often it is sent')
    .option('--file <file>', 'many products: CSV with product_id,quantity[,product_name], or JSON')
    .action(answering(onExit, restock));
}

async function restock(
  context: Context,
  productId: string | undefined,
  quantity: string | undefined,
  options: RestockOptions,
): Promise<Answer> {
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
    throw new UsageError('--file: must be without a product and --name, received both');
  }
  if (product_id === undefined || quantity === undefined) {
    throw new UsageError('restock: must have PRODUCT_ID and QUANTITY, or --file FILE');
  }
  const pieces = wholeNumber('QUANTITY', quantity, 1, 1_000_000_000);
  return [{ product_id, quantity: pieces, ...(name !== undefined && { product_name: name }) }];
}

function toText({ restock_id, products }: Restocked): string {
  const rows = products.map(({ product_id, added, scheduled, stock }) => [
    printable(product_id),
    whole(added),
    whole(scheduled),
    whole(stock),
  ]);
  return `restock ${restock_id}\n\n${table(['product', 'added', 'to backorders', 'stock'], rows, 'lrrr')}`;
}

/**
 * Reads a file of items to add to the stock: CSV with a header if its name ends in `.csv`, else JSON. `readRestockInput`
 * validates the items.
 *
 * @returns items
 * @throws InvalidInputError that names the file where it cannot be read
 */
async function readStockFile(path: string): Promise<unknown> {
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
