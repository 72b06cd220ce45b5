import type { Command } from 'commander';
import { type PurgeReport, purgeDeadLetters } from '../../../operations/dead-letters/purge-dead-letters.ts';
import type { QueueName } from '../../../topology.ts';
import { type CommandResult, createCommand as create, createAction, queueArgument } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';
import { confirmChoice } from './ask.ts';
import { createProgressBars, failuresText } from './progress.ts';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('purge', 'Delete dead letters')
    .addArgument(queueArgument('<queue>', 'queue whose dead letters are deleted'))
    .option('--reason <code>', 'only messages with this reason code of orders dlq list')
    .option('--yes', 'delete without asking')
    .action(createAction(onExit, purge));
}

async function purge(
  context: Context,
  queue: QueueName,
  { reason, yes }: { reason?: string; yes?: true },
): Promise<CommandResult> {
  const signal = context.signal();
  const choice = yes
    ? { reason }
    : await confirmChoice(
        context,
        queue,
        { reason },
        {
          question: (count) => `Permanently delete ${count} from the dead-letter queue of ${queue}?`,
          noTerminal:
            'dlq purge deletes messages permanently: pass --yes to confirm (there is no terminal to ask on)',
        },
      );
  if (!choice) {
    const report: PurgeReport = { queue, seen: 0, matched: 0, deleted: 0, failures: [] };
    const exit = signal.aborted ? EXIT.interrupted : EXIT.failed;
    return { data: report, text: 'Nothing was deleted.\n', exit };
  }
  using progress = createProgressBars('read', 'deleted');
  const report = await purgeDeadLetters(await context.open(), queue, choice, {
    signal,
    onProgress: progress.update,
  });
  const { matched, deleted, failures } = report;
  const summary = `${whole(deleted)} of ${whole(matched)} messages deleted.\n`;
  const notDeleted = failures.length > 0 ? `\nNot deleted:\n${failuresText(failures)}` : '';
  return { data: report, text: summary + notDeleted, exit: exitOf(report, signal) };
}

function exitOf({ matched, deleted, failures }: PurgeReport, signal: AbortSignal): ExitStatus {
  if (signal.aborted) return EXIT.interrupted;
  return failures.length > 0 || deleted < matched ? EXIT.failed : EXIT.ok;
}
