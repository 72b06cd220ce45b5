import { UsageError } from '../../../lib/command-line/usage-error.ts';
import { type Choice, choose } from '../../../lib/dead-letters/choice.ts';
import { groupDeadLetters } from '../../../lib/dead-letters/group-dead-letters.ts';
import { listDeadLetters } from '../../../lib/dead-letters/list-dead-letters.ts';
import type { QueueName } from '../../../lib/pipeline/pipeline.ts';
import type { Context } from '../context.ts';
import { counted, whole } from '../number.ts';
import { createProgressBar } from '../progress.ts';
import { ask, canAsk } from './ask.ts';

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
