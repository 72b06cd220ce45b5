import type { Command } from 'commander';
import { InvalidInputError } from '../../../lib/errors.ts';
import { parseOrderField } from '../../../lib/order/order.ts';
import { printable } from '../../../lib/text.ts';
import { type OrderTrace, type TraceStep, traceOrder } from '../../../operations/orders/trace-order.ts';
import { table } from '../../table.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import type { Style } from '../style.ts';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create(
    'trace',
    'Show the history of an order; exit with 1 if the order is unknown or in a dead-letter queue',
  )
    .argument('<order_id>', 'id of the order')
    .action(createAction(onExit, trace));
}

async function trace(context: Context, text: string): Promise<CommandResult> {
  const orderId = parseOrderField('order_id', text);
  if (!orderId.ok) throw new InvalidInputError(orderId.message);
  const order = await traceOrder(await context.open(), orderId.text);
  if (!order) {
    // An error rather than a result: programs that read stdout must not take it for a trace.
    throw new Error(
      `order ${orderId.text}: not found; it was never sent, or waits in the order queue for its first attempt`,
    );
  }
  const exit = order.dead_letters.length > 0 ? EXIT.failed : EXIT.ok;
  return { data: order, text: toText(order, context.style), exit };
}

const STATES: Record<OrderTrace['state'], string> = {
  claimed: 'claimed, not confirmed yet',
  confirmed: 'confirmed, not everywhere yet',
  complete: 'confirmed, shipped and sold',
  dead_lettered: 'in a dead-letter queue',
};

function toText({ order_id, state, details, steps, dead_letters }: OrderTrace, style: Style): string {
  const color = {
    claimed: style.warning,
    confirmed: style.warning,
    complete: style.good,
    dead_lettered: style.bad,
  };
  const fields = Object.entries(details ?? {}).map(
    ([name, value]) => `${style.faint(`${name}:`)} ${printable(String(value))}\n`,
  );
  const lines = table(
    ['time', 'step', ''],
    steps.map(({ at, what, text }) => [style.faint(at ?? '-'), nameOf(what), printable(text)]),
    'lll',
  );
  const problems = dead_letters.flatMap(({ queue, id, errors }) => [
    ...errors.map((error) => `  ${style.bad(printable(error))}\n`),
    `  To correct it: orders dlq edit ${id}\n  To send it back unchanged: orders dlq redrive ${queue} --order ${order_id}\n`,
  ]);
  const end = problems.length > 0 ? `\n${problems.join('')}` : '';
  return `${style.strong(order_id)}: ${color[state](STATES[state])}\n${fields.join('')}\n${lines}${end}`;
}

const nameOf = (what: TraceStep['what']): string => what.replace('_', ' ');
