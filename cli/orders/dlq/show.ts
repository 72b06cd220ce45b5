import type { Command } from 'commander';
import { findDeadLetters } from '../../../operations/dead-letters/choose-dead-letters.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import { letterText } from './letter-text.ts';

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
