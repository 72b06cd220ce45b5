import type { Command } from 'commander';
import { prettyJson } from '../../../lib/json.ts';
import { printable } from '../../../lib/text.ts';
import { findDeadLetters } from '../../../operations/dead-letters/choose-dead-letters.ts';
import type { DeadLetter } from '../../../operations/dead-letters/dead-letter.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import type { Style } from '../style.ts';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('show', 'Shows all of a dead letter: times, attributes, what is wrong, body.')
    .argument('<id...>', 'message ids, as list shows them')
    .action(answering(onExit, show));
}

async function show(context: Context, ids: string[]): Promise<Answer> {
  const signal = context.signal();
  const letters = await findDeadLetters(await context.open(), ids, { signal });
  return { data: letters, text: letters.map((letter) => letterText(letter, context.style)).join('\n') };
}

/** Formats a dead letter in two lines: its id, and the first thing that is wrong with it. */
export function letterSummary({ id, order_id, sent_at, reason, errors }: DeadLetter, style: Style): string {
  const order = order_id === null ? style.faint('no order id') : printable(order_id);
  const [error = reason.text, ...more] = errors;
  const others = more.length > 0 ? style.faint(` (and ${more.length} more)`) : '';
  return `  ${style.strong(id)}  ${moment(sent_at)}  ${order}\n    ${error}${others}\n`;
}

/** Formats all of a dead letter. */
function letterText(letter: DeadLetter, style: Style): string {
  const { id, queue, order_id, sent_at, reason, errors, attributes, body } = letter;
  const lines = [
    `${style.strong(id)}`,
    `  queue       ${queue}`,
    `  sent        ${moment(sent_at)}`,
    `  order id    ${order_id === null ? style.faint('none that can be told') : printable(order_id)}`,
    `  reason      ${style.bad(printable(reason.code))}`,
    `              ${reason.text}`,
    ...errors.map((error, index) => `  ${index === 0 ? 'errors    ' : '          '}  ${error}`),
    ...Object.entries(attributes).map(
      ([name, value], index) =>
        `  ${index === 0 ? 'attributes' : '          '}  ${printable(name)} = ${printable(value)}`,
    ),
    '  body',
    // Line feeds of our own indentation stay; one within the body's text is written out like any control character.
    ...(prettyJson(body) ?? body).split('\n').map((line) => `    ${printable(line)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** To the second, in UTC. */
const moment = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')}Z`;
