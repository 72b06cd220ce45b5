import type { Command } from 'commander';
import { printable } from '../../../lib/text.ts';
import type { DeadLetterGroup } from '../../../operations/dead-letters/dead-letter.ts';
import { type DeadLetterList, listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { allEnded } from '../../../program/all-ended.ts';
import { wholeNumber } from '../../../program/options.ts';
import type { QueueName } from '../../../topology.ts';
import { type Answer, answering, createCommand as create, queueArgument } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { counted, whole } from '../format.ts';
import { createProgressBar } from '../progress.ts';
import type { Style } from '../style.ts';
import { letterSummary } from './show.ts';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create(
    'list',
    'Says why messages are in a dead-letter queue, by judging each anew, and groups them.',
  )
    .addArgument(queueArgument('[queue]', 'all of them where it is left out'))
    .option('--reason <code>', 'only messages of this reason')
    .option('--limit <n>', 'messages to show; all are looked at', '20')
    .action(answering(onExit, list));
}

async function list(
  context: Context,
  queue: QueueName | undefined,
  options: { reason?: string; limit: string },
): Promise<Answer> {
  const limit = wholeNumber('--limit', options.limit, 0, 1_000_000);
  const signal = context.signal();
  const pipeline = await context.open();
  const names = queue ? [queue] : pipeline.queues.map(({ name }) => name);
  const bar = createProgressBar('looked at');
  const seen = new Map<QueueName, number>();
  const lists = await allEnded(
    names.map(async (name) => {
      const onProgress = (count: number) => {
        seen.set(name, count);
        bar.update([...seen.values()].reduce((sum, each) => sum + each, 0));
      };
      return { queue: name, ...(await listDeadLetters(pipeline, name, { signal, onProgress })) };
    }),
  ).finally(() => bar.done());

  const answers = lists.map((found) => narrow(found, options.reason, limit));
  return {
    data: answers.map(({ matched: _, ...answer }) => answer),
    text: answers.map((answer) => listText(answer, context.style)).join('\n'),
    ...(signal.aborted && { exit: EXIT.interrupted }),
  };
}

type Found = DeadLetterList & { queue: QueueName };
type Group = DeadLetterGroup & {
  /** All that is wrong with one of them, with its values. */
  example: string[];
};
type Narrowed = Omit<Found, 'groups'> & { groups: Group[]; matched: number };

function narrow(found: Found, reason: string | undefined, limit: number): Narrowed {
  const isWanted = (code: string) => reason === undefined || code === reason;
  const letters = found.letters.filter((letter) => isWanted(letter.reason.code));
  const groups = found.groups
    .filter((group) => isWanted(group.reason.code))
    .map((group) => ({
      ...group,
      example: letters.find((letter) => letter.reason.code === group.reason.code)?.errors ?? [],
    }));
  return { ...found, groups, letters: letters.slice(0, limit), matched: letters.length };
}

function listText({ queue, seen, hidden, groups, letters, matched }: Narrowed, style: Style): string {
  const others = hidden > 0 ? `; ${whole(hidden)} more are in the hands of somebody else` : '';
  const title = `${style.strong(`${queue} queue`)}: ${counted(seen, 'dead letter')}${others}\n`;
  const reasons = groups.map(({ reason, count: size, example }) => {
    const inFull = example.join('; ');
    // The example of a rule begins with the rule.
    const lines = [
      ...(inFull.startsWith(reason.text) ? [] : [reason.text]),
      ...(inFull ? [`e.g. ${inFull}`] : []),
    ];
    return [
      `  ${whole(size).padStart(6)}  ${style.bad(printable(reason.code))}\n`,
      ...lines.map((line) => `          ${line}\n`),
    ].join('');
  });
  const left = matched - letters.length;
  return [
    title,
    ...(reasons.length > 0 ? ['\n', ...reasons] : []),
    ...(letters.length > 0 ? ['\n', ...letters.map((letter) => letterSummary(letter, style))] : []),
    ...(left > 0 ? [style.faint(`  … and ${whole(left)} more; --limit shows them\n`)] : []),
  ].join('');
}
