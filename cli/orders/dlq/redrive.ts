import type { Command } from 'commander';
import type { Choice } from '../../../operations/dead-letters/choose-dead-letters.ts';
import type { RedriveReport } from '../../../operations/dead-letters/dead-letter.ts';
import { redriveDeadLetters } from '../../../operations/dead-letters/redrive-dead-letters.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import type { QueueName } from '../../../topology.ts';
import { type Answer, answering, createCommand as create, queueArgument } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';
import { confirmChoice } from './ask.ts';
import { assign, collect, readAssignments } from './assignments.ts';
import { createProgressBars, failuresText } from './progress.ts';

interface RedriveOptions {
  reason?: string;
  order?: string[];
  id?: string[];
  set?: string[];
  all?: true;
  dryRun?: true;
  rate?: string;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('redrive', 'Sends dead letters back to the queue that they came from, with their attributes.')
    .addArgument(queueArgument('<queue>', 'whose dead letters'))
    .option('--reason <code>', 'messages of this reason, as list shows it')
    .option('--order <order_id...>', 'messages about these orders')
    .option('--id <id...>', 'these messages')
    .option('--all', 'all messages; where no choice is made, it asks')
    .option(
      '--set <field=value>',
      'give a field another value on the way, such as price=3 (repeatable)',
      collect,
    )
    .option('--dry-run', 'only tell what would be sent')
    .option('--rate <n>', 'messages a second')
    .action(answering(onExit, redrive));
}

async function redrive(context: Context, queue: QueueName, options: RedriveOptions): Promise<Answer> {
  const { reason, order, id, all, dryRun, set = [], rate } = options;
  const isChosen = Boolean(reason !== undefined || order || id);
  if (all && isChosen)
    throw new UsageError('--all: must be alone, received --reason, --order or --id as well');
  const ratePerSecond = rate === undefined ? undefined : wholeNumber('--rate', rate, 1, 100_000);
  const assignments = readAssignments(set, queue);
  const signal = context.signal();

  let choice: Choice | undefined = { reason, orderIds: order, ids: id };
  if (!isChosen && !all && !dryRun) {
    choice = await confirmChoice(
      context,
      queue,
      {},
      {
        question: (count) => `Send ${count} back to the ${queue} queue?`,
        unasked: '--all, --reason, --order or --id',
      },
    );
    if (!choice) return nothingSent(queue, signal);
  }
  using progress = createProgressBars('looked at', 'sent back');
  const report = await redriveDeadLetters(await context.open(), queue, choice, {
    dryRun,
    ratePerSecond,
    signal,
    onProgress: progress.update,
    ...(assignments.length > 0 && { mend: (body) => assign(body, assignments) }),
  });
  return { data: report, text: reportText(report), exit: exitOf(report, signal) };
}

function nothingSent(queue: QueueName, signal: AbortSignal): Answer {
  const report: RedriveReport = { queue, seen: 0, matched: 0, sent: 0, failures: [], dryRun: false };
  return { data: report, text: 'Nothing was sent.\n', exit: signal.aborted ? EXIT.interrupted : EXIT.failed };
}

function reportText({ queue, seen, matched, sent, failures, dryRun }: RedriveReport): string {
  if (matched === 0 && failures.length === 0) {
    return `None of the ${whole(seen)} messages looked at is meant; nothing was sent.\n`;
  }
  const told = dryRun
    ? `${whole(matched)} of ${whole(seen)} messages looked at are meant; nothing was sent (dry run).`
    : `${whole(sent)} of ${whole(matched)} messages sent back to the ${queue} queue; ${whole(seen)} looked at.`;
  const stay = dryRun ? 'Would stay in the dead-letter queue' : 'Not sent, or not only';
  return `${told}\n${failures.length > 0 ? `\n${stay}:\n${failuresText(failures)}` : ''}`;
}

function exitOf({ matched, sent, failures, dryRun }: RedriveReport, signal: AbortSignal): ExitStatus {
  if (signal.aborted) return EXIT.interrupted;
  return failures.length > 0 || (!dryRun && sent < matched) ? EXIT.failed : EXIT.ok;
}
