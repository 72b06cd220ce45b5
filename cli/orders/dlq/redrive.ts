import type { Command } from 'commander';
import type { Choice } from '../../../operations/dead-letters/choose-dead-letters.ts';
import type { RedriveReport } from '../../../operations/dead-letters/dead-letter.ts';
import { redriveDeadLetters } from '../../../operations/dead-letters/redrive-dead-letters.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import type { QueueName } from '../../../topology.ts';
import { type CommandResult, createCommand as create, createAction, queueArgument } from '../command.ts';
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
  return create('redrive', 'Send dead letters back to the queue they came from')
    .addArgument(queueArgument('<queue>', 'queue whose dead letters are sent back'))
    .option('--reason <code>', 'messages with this reason code of orders dlq list')
    .option('--order <order_id...>', 'messages of these orders')
    .option('--id <id...>', 'messages with these ids')
    .option('--all', 'all messages, without asking')
    .option('--set <field=value>', 'set a field before sending, such as price=3 (repeatable)', collect)
    .option('--dry-run', 'show what would be sent, and send nothing')
    .option('--rate <n>', 'messages per second (default: no limit)')
    .action(createAction(onExit, redrive));
}

async function redrive(context: Context, queue: QueueName, options: RedriveOptions): Promise<CommandResult> {
  const { reason, order, id, all, dryRun, set = [], rate } = options;
  const isChosen = Boolean(reason !== undefined || order || id);
  if (all && isChosen) throw new UsageError('--all: cannot be used with --reason, --order or --id');
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
        noTerminal:
          'dlq redrive: choose messages with --all, --reason, --order or --id (there is no terminal to ask on)',
      },
    );
    if (!choice) return nothingSent(queue, signal);
  }
  using progress = createProgressBars('read', 'sent back');
  const report = await redriveDeadLetters(await context.open(), queue, choice, {
    dryRun,
    ratePerSecond,
    signal,
    onProgress: progress.update,
    ...(assignments.length > 0 && { editBody: (body) => assign(body, assignments) }),
  });
  return { data: report, text: reportText(report), exit: exitOf(report, signal) };
}

function nothingSent(queue: QueueName, signal: AbortSignal): CommandResult {
  const report: RedriveReport = { queue, seen: 0, matched: 0, sent: 0, failures: [], dryRun: false };
  return { data: report, text: 'Nothing was sent.\n', exit: signal.aborted ? EXIT.interrupted : EXIT.failed };
}

function reportText({ queue, seen, matched, sent, failures, dryRun }: RedriveReport): string {
  if (matched === 0 && failures.length === 0) {
    return `None of ${whole(seen)} dead letters matches; nothing was sent.\n`;
  }
  const summary = dryRun
    ? `${whole(matched)} of ${whole(seen)} dead letters match; nothing was sent (dry run).`
    : `${whole(sent)} of ${whole(matched)} messages sent back to the ${queue} queue; ${whole(seen)} read.`;
  const title = dryRun ? 'Would stay in the dead-letter queue' : 'Failed';
  return `${summary}\n${failures.length > 0 ? `\n${title}:\n${failuresText(failures)}` : ''}`;
}

function exitOf({ matched, sent, failures, dryRun }: RedriveReport, signal: AbortSignal): ExitStatus {
  if (signal.aborted) return EXIT.interrupted;
  return failures.length > 0 || (!dryRun && sent < matched) ? EXIT.failed : EXIT.ok;
}
