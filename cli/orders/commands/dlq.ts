import { Command } from 'commander';
import { createCommand as createEdit } from '../dlq/edit.ts';
import { createCommand as createList } from '../dlq/list.ts';
import { createCommand as createPurge } from '../dlq/purge.ts';
import { createCommand as createRedrive } from '../dlq/redrive.ts';
import { createCommand as createShow } from '../dlq/show.ts';
import type { ExitStatus } from '../exit-status.ts';
import { HELP_COMMAND, HELP_OPTION } from '../help.ts';

const EPILOGUE = `
While one of these commands runs, the messages that it reads are hidden from other readers. If it is terminated with
kill -9, they stay hidden for 20 seconds, or 1 second per 100 messages in a longer queue. A redriven message is deleted
only after its queue has accepted it.
`;

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  const dlq = new Command('dlq')
    .description('List, show, redrive, edit and purge dead letters: messages that failed three times')
    .helpOption('-h, --help', HELP_OPTION)
    .helpCommand('help [command]', HELP_COMMAND)
    .addHelpText('after', EPILOGUE)
    .showSuggestionAfterError()
    .exitOverride();
  for (const create of [createList, createShow, createRedrive, createEdit, createPurge]) {
    dlq.addCommand(create(onExit));
  }
  return dlq;
}
