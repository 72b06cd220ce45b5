import type { Command } from 'commander';
import { printable } from '../../../lib/text.ts';
import type { DeadLetterGroup } from '../../../operations/dead-letters/dead-letter.ts';
import { type DeadLetterList, listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { allEnded } from '../../../program/all-ended.ts';
import { wholeNumber } from '../../../program/options.ts';
import type { QueueName } from '../../../topology.ts';
import { type CommandResult, createCommand as create, createAction, queueArgument } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { counted, whole } from '../format.ts';
import { createProgressBar } from '../progress.ts';
import type { Style } from '../style.ts';
import { deadLetterSummary } from './show.ts';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('list', 'List dead letters, grouped by what is wrong with them')
    .addArgument(queueArgument('[queue]', 'queue whose dead letters are listed; default: all queues'))
    .option('--reason <code>', 'only messages with this reason code')
    .option('--limit <n>', 'maximum number of messages to show per queue; groups count all messages', '20')
    .action(createAction(onExit, list));
}

async function list(
  context: Context,
  queue: QueueName | undefined,
  options: { reason?: string; limit: string },
): Promise<CommandResult> {
  const limit = wholeNumber('--limit', options.limit, 0, 1_000_000);
  const signal = context.signal();
  const pipeline = await context.open();
  const names = queue ? [queue] : pipeline.queues.map(({ name }) => name);
  const bar = createProgressBar('read');
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

  const narrowed = lists.map((found) => narrow(found, options.reason, limit));
  return {
    data: narrowed.map(({ matched: _, ...each }) => each),
    text: narrowed.map((each) => listText(each, context.style)).join('\n'),
    ...(signal.aborted && { exit: EXIT.interrupted }),
  };
}

type Found = DeadLetterList & { queue: QueueName };
type Group = DeadLetterGroup & {
  /** The errors of one message of the group, with the values received. */
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
  const others = hidden > 0 ? `; ${whole(hidden)} more are being read by another consumer` : '';
  const title = `${style.strong(`${queue} queue`)}: ${counted(seen, 'dead letter')}${others}\n`;
  const reasons = groups.map(({ reason, count: size, example }) => {
    const inFull = example.join('; ');
    // Omits the rule if the example begins with it.
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
    ...(letters.length > 0 ? ['\n', ...letters.map((letter) => deadLetterSummary(letter, style))] : []),
    ...(left > 0 ? [style.faint(`  … and ${whole(left)} more; --limit shows them\n`)] : []),
  ].join('');
}
