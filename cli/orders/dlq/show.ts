import type { Command } from 'commander';
import { prettyJson } from '../../../lib/json.ts';
import { printable } from '../../../lib/text.ts';
import { findDeadLetters } from '../../../operations/dead-letters/choose-dead-letters.ts';
import type { DeadLetter } from '../../../operations/dead-letters/dead-letter.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import type { Style } from '../style.ts';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('show', 'Show a dead letter: time, errors, attributes and body')
    .argument('<id...>', 'message ids of orders dlq list')
    .action(createAction(onExit, show));
}

async function show(context: Context, ids: string[]): Promise<CommandResult> {
  const signal = context.signal();
  const found = await findDeadLetters(await context.open(), ids, { signal });
  return { data: found, text: found.map((each) => deadLetterText(each, context.style)).join('\n') };
}

/** Formats a dead letter in two lines: its id and its first error. */
export function deadLetterSummary(
  { id, order_id, sent_at, reason, errors }: DeadLetter,
  style: Style,
): string {
  const order = order_id === null ? style.faint('no order id') : printable(order_id);
  const [error = reason.text, ...more] = errors;
  const others = more.length > 0 ? style.faint(` (and ${more.length} more)`) : '';
  return `  ${style.strong(id)}  ${moment(sent_at)}  ${order}\n    ${error}${others}\n`;
}

/** Formats a dead letter with its attributes and body. */
function deadLetterText(deadLetter: DeadLetter, style: Style): string {
  const { id, queue, order_id, sent_at, reason, errors, attributes, body } = deadLetter;
  const lines = [
    `${style.strong(id)}`,
    `  queue       ${queue}`,
    `  sent        ${moment(sent_at)}`,
    `  order id    ${order_id === null ? style.faint('unknown') : printable(order_id)}`,
    `  reason      ${style.bad(printable(reason.code))}`,
    `              ${reason.text}`,
    ...errors.map((error, index) => `  ${index === 0 ? 'errors    ' : '          '}  ${error}`),
    ...Object.entries(attributes).map(
      ([name, value], index) =>
        `  ${index === 0 ? 'attributes' : '          '}  ${printable(name)} = ${printable(value)}`,
    ),
    '  body',
    // Keeps the line feeds of the indentation; within a string, a line feed is escaped like any control character.
    ...(prettyJson(body) ?? body).split('\n').map((line) => `    ${printable(line)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Formats a time in UTC, to the second. */
const moment = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')}Z`;
