import { Command } from 'commander';
import { createCommand as createEdit } from '../dlq/edit.ts';
import { createCommand as createList } from '../dlq/list.ts';
import { createCommand as createPurge } from '../dlq/purge.ts';
import { createCommand as createRedrive } from '../dlq/redrive.ts';
import { createCommand as createShow } from '../dlq/show.ts';
import type { ExitStatus } from '../exit-status.ts';

const EPILOGUE = `
Looking hides the messages from others for as long as it lasts; after a kill -9 for 20 seconds, or a second for each 100
messages of a long queue. A message is deleted only after the queue it goes back to has taken it.
`;

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  const dlq = new Command('dlq')
    .description(
      'Dead letters: messages that failed three times, by queue: upload, order, shipping or analytics.',
    )
    .addHelpText('after', EPILOGUE)
    .showSuggestionAfterError()
    .exitOverride();
  for (const create of [createList, createShow, createRedrive, createEdit, createPurge]) {
    dlq.addCommand(create(onExit));
  }
  return dlq;
}
