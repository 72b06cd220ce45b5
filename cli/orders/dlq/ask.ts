import { createInterface } from 'node:readline';
import { type Choice, choose } from '../../../operations/dead-letters/choose-dead-letters.ts';
import { groupDeadLetters, listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { UsageError } from '../../../program/options.ts';
import type { QueueName } from '../../../topology.ts';
import type { Context } from '../context.ts';
import { counted, whole } from '../format.ts';
import { createProgressBar } from '../progress.ts';

/** Whether there is somebody to ask: questions go to stderr, answers come from stdin. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/**
 * Asks a question on the terminal.
 *
 * @param otherwise the answer to an empty line
 * @returns false at Ctrl-C and at the end of input, too
 */
export async function ask(question: string, otherwise = false): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string | undefined>((resolve) => {
    // A terminal that readline has in hand sends no signal: whoever waits for one is told here.
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
 * Shows which dead letters a choice means and asks whether to go on.
 *
 * @param unasked the option that makes it go without asking
 * @returns exactly those that were shown, so that nothing which comes in meanwhile is among them; undefined for a no
 * @throws UsageError where there is nobody to ask
 */
export async function confirmChoice(
  context: Context,
  queue: QueueName,
  choice: Choice,
  { question, unasked }: { question: (count: string) => string; unasked: string },
): Promise<Choice | undefined> {
  if (!canAsk())
    throw new UsageError(`${unasked}: must be there where nobody can be asked, received nothing`);
  const signal = context.signal();
  const bar = createProgressBar('looked at');
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
