import type { Command } from 'commander';
import { InvalidInputError } from '../../../lib/errors.ts';
import { toCsv } from '../../../lib/report/csv.ts';
import { printable } from '../../../lib/text.ts';
import { type InventoryRow, listInventory } from '../../../operations/shipping/list-inventory.ts';
import { table } from '../../table.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';

const COLUMNS = ['product_id', 'product_name', 'stock', 'scheduled', 'backordered', 'updated_at'] as const;

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('inventory', 'Show stock, scheduled shipments and backorders by product')
    .option('--csv', 'print CSV')
    .action(createAction(onExit, inventory));
}

async function inventory(context: Context, { csv }: { csv?: true }): Promise<CommandResult> {
  const { shippingDatabase, stage } = await context.open();
  if (!shippingDatabase) throw new InvalidInputError(`inventory: shipping is disabled in stage ${stage}`);
  const rows = await listInventory(shippingDatabase);
  return { data: rows, text: csv ? toCsv(COLUMNS, rows) : toTable(rows) };
}

function toTable(rows: readonly InventoryRow[]): string {
  return table(
    ['product', 'name', 'stock', 'scheduled', 'backordered'],
    rows.map(({ product_id, product_name, stock, scheduled, backordered }) => [
      printable(product_id),
      printable(product_name),
      whole(stock),
      whole(scheduled),
      whole(backordered),
    ]),
    'llrrr',
  );
}
