import type { Command } from 'commander';
import { type PurgeReport, purgeDeadLetters } from '../../../operations/dead-letters/purge-dead-letters.ts';
import type { QueueName } from '../../../topology.ts';
import { type Answer, answering, createCommand as create, queueArgument } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';
import { confirmChoice } from './ask.ts';
import { createProgressBars, failuresText } from './progress.ts';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('purge', 'Deletes dead letters for good, those that are there when it asks.')
    .addArgument(queueArgument('<queue>', 'whose dead letters'))
    .option('--reason <code>', 'only messages of this reason, as list shows it')
    .option('--yes', 'do not ask')
    .action(answering(onExit, purge));
}

async function purge(
  context: Context,
  queue: QueueName,
  { reason, yes }: { reason?: string; yes?: true },
): Promise<Answer> {
  const signal = context.signal();
  const choice = yes
    ? { reason }
    : await confirmChoice(
        context,
        queue,
        { reason },
        {
          question: (count) => `Delete ${count} of the ${queue} queue's dead letters for good?`,
          unasked: '--yes',
        },
      );
  if (!choice) {
    const report: PurgeReport = { queue, seen: 0, matched: 0, deleted: 0, failures: [] };
    const exit = signal.aborted ? EXIT.interrupted : EXIT.failed;
    return { data: report, text: 'Nothing was deleted.\n', exit };
  }
  using progress = createProgressBars('looked at', 'deleted');
  const report = await purgeDeadLetters(await context.open(), queue, choice, {
    signal,
    onProgress: progress.update,
  });
  const { matched, deleted, failures } = report;
  const told = `${whole(deleted)} of ${whole(matched)} messages deleted.\n`;
  const left = failures.length > 0 ? `\nNot deleted:\n${failuresText(failures)}` : '';
  return { data: report, text: told + left, exit: exitOf(report, signal) };
}

function exitOf({ matched, deleted, failures }: PurgeReport, signal: AbortSignal): ExitStatus {
  if (signal.aborted) return EXIT.interrupted;
  return failures.length > 0 || deleted < matched ? EXIT.failed : EXIT.ok;
}
