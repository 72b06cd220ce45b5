import { createInterface } from 'node:readline';
import { type Choice, choose } from '../../../operations/dead-letters/choose-dead-letters.ts';
import { groupDeadLetters, listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { UsageError } from '../../../program/options.ts';
import type { QueueName } from '../../../topology.ts';
import type { Context } from '../context.ts';
import { counted, whole } from '../format.ts';
import { createProgressBar } from '../progress.ts';

/** Returns whether the operator can be asked: questions go to stderr, answers come from stdin. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/**
 * Asks a yes-or-no question on the terminal.
 *
 * @param otherwise The answer if the operator enters an empty line.
 * @returns Whether the answer is yes. Ctrl-C and the end of input mean no.
 */
export async function ask(question: string, otherwise = false): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string | undefined>((resolve) => {
    // While readline controls the terminal, Ctrl-C sends no signal to the process.
    lines.on('SIGINT', () => {
      process.emit('SIGINT');
      lines.close();
    });
    lines.on('close', () => resolve(undefined));
    lines.question(`${question} ${otherwise ? '[Y/n]' : '[y/N]'} `, resolve);
  });
  lines.close();
  if (answer === undefined) process.stderr.write('\n');
  return answer?.trim() === '' ? otherwise : /^y(es)?$/i.test(answer?.trim() ?? '');
}

/**
 * Shows the dead letters that match a choice and asks the operator to confirm it.
 *
 * @param noTerminal Message of the error if there is no terminal to ask on.
 * @returns The ids of the messages shown, without later arrivals; undefined if the operator declines.
 * @throws UsageError if there is no terminal to ask on.
 */
export async function confirmChoice(
  context: Context,
  queue: QueueName,
  choice: Choice,
  { question, noTerminal }: { question: (count: string) => string; noTerminal: string },
): Promise<Choice | undefined> {
  if (!canAsk()) throw new UsageError(noTerminal);
  const signal = context.signal();
  const bar = createProgressBar('read');
  const { letters } = await listDeadLetters(await context.open(), queue, {
    signal,
    onProgress: bar.update,
  }).finally(bar.done);
  const { chosen } = choose(letters, choice);
  if (signal.aborted) return undefined;
  if (chosen.length === 0) return { ids: [] };
  for (const { reason, count } of groupDeadLetters(chosen)) {
    process.stderr.write(`  ${whole(count).padStart(6)}  ${reason.text}\n`);
  }
  const yes = await ask(question(counted(chosen.length, 'message')));
  return yes ? { ids: chosen.map(({ id }) => id) } : undefined;
}
