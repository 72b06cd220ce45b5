import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { readConfig } from '../../../lib/config.ts';
import { prettyJson } from '../../../lib/json.ts';
import { findDeadLetters } from '../../../operations/dead-letters/choose-dead-letters.ts';
import type { DeadLetter } from '../../../operations/dead-letters/dead-letter.ts';
import { editDeadLetter } from '../../../operations/dead-letters/edit-dead-letter.ts';
import { redriveDeadLetters } from '../../../operations/dead-letters/redrive-dead-letters.ts';
import { validateBody } from '../../../operations/dead-letters/validate-body.ts';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { UsageError } from '../../../program/options.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { ask, canAsk } from './ask.ts';
import { assign, collect, readAssignments } from './assignments.ts';
import { failuresText } from './progress.ts';

interface EditOptions {
  set?: string[];
  body?: string;
}

/** The ids that were sent back, and the failures. A message that was not sent is still in its dead-letter queue. */
interface EditReport {
  sent: string[];
  failures: { id: string; message: string }[];
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('edit', 'Correct dead letters in an editor, with --set or with --body, and send them back')
    .argument('<id...>', 'message ids of orders dlq list')
    .option('--set <field=value>', 'set a field, such as price=3 (repeatable)', collect)
    .option('--body <file>', 'replace the body of a single message; - for stdin')
    .action(createAction(onExit, edit));
}

async function edit(
  context: Context,
  ids: string[],
  { set = [], body: file }: EditOptions,
): Promise<CommandResult> {
  if (set.length > 0 && file !== undefined) throw new UsageError('--body: cannot be used with --set');
  if (file !== undefined && ids.length > 1) {
    throw new UsageError(`--body: replaces one message, received ${ids.length} ids`);
  }
  if (set.length === 0 && file === undefined && !canAsk()) {
    throw new UsageError('dlq edit: pass --set or --body (there is no terminal to edit on)');
  }
  const body = file === undefined ? undefined : await readBody(file);
  const signal = context.signal();
  const pipeline = await context.open();
  const deadLetters = await findDeadLetters(pipeline, ids, { signal });
  const report = await editAndSend(pipeline, deadLetters, set, body);
  const { sent, failures } = report;
  const summary = `${sent.length} of ${deadLetters.length} messages corrected and sent back.\n`;
  return {
    data: report,
    text: summary + (failures.length > 0 ? `\nFailed:\n${failuresText(failures)}` : ''),
    exit: failures.length > 0 ? EXIT.failed : EXIT.ok,
  };
}

async function editAndSend(
  pipeline: Pipeline,
  deadLetters: readonly DeadLetter[],
  set: readonly string[],
  body: string | undefined,
): Promise<EditReport> {
  if (set.length > 0) return setFields(pipeline, deadLetters, set);
  const [only] = deadLetters;
  if (body === undefined || !only) return editInEditor(pipeline, deadLetters);
  await editDeadLetter(pipeline, only.queue, only.id, body);
  return { sent: [only.id], failures: [] };
}

async function readBody(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new UsageError(`--body: must be a readable file, received ${file} (${error.message})`);
  });
}

async function setFields(
  pipeline: Pipeline,
  deadLetters: readonly DeadLetter[],
  set: readonly string[],
): Promise<EditReport> {
  const report: EditReport = { sent: [], failures: [] };
  const groups = [...Map.groupBy(deadLetters, ({ queue }) => queue)].map(([queue, group]) => ({
    queue,
    ids: group.map(({ id }) => id),
    // Checked for all queues before anything is sent.
    assignments: readAssignments(set, queue),
  }));
  for (const { queue, ids, assignments } of groups) {
    const { failures } = await redriveDeadLetters(
      pipeline,
      queue,
      { ids },
      {
        editBody: (body) => assign(body, assignments),
      },
    );
    const failed = new Set(failures.map(({ id }) => id));
    report.sent.push(...ids.filter((id) => !failed.has(id)));
    report.failures.push(...failures);
  }
  return report;
}

/** Sends messages one by one. A failure is reported and does not stop the others. */
async function editInEditor(pipeline: Pipeline, deadLetters: readonly DeadLetter[]): Promise<EditReport> {
  const report: EditReport = { sent: [], failures: [] };
  for (const deadLetter of deadLetters) {
    const { id, queue } = deadLetter;
    try {
      const edited = await editBody(deadLetter);
      if (edited === undefined) throw new Error('not changed');
      await editDeadLetter(pipeline, queue, id, edited);
      report.sent.push(id);
    } catch (error) {
      report.failures.push({ id, message: (error as Error).message });
    }
  }
  return report;
}

/**
 * Opens a message's body in an editor until the body is valid or the operator gives up.
 *
 * @returns The new body; undefined if the operator leaves it unchanged.
 */
async function editBody({ queue, body }: DeadLetter): Promise<string | undefined> {
  const pretty = prettyJson(body);
  const original = pretty ?? body;
  let text = original;
  for (;;) {
    text = await editText(text, '.json');
    if (text === original) return undefined;
    const issues = validateBody(queue, text);
    if (issues.length === 0) return text;
    process.stderr.write(issues.map(({ message }) => `  ${message}\n`).join(''));
    if (!(await ask('Edit it again?', true))) return undefined;
  }
}

/**
 * Opens a text in `$VISUAL`, `$EDITOR` or vi. Orders hold personal data, so only this user can read the temporary file, and
 * it is deleted even if the process exits while the editor is open.
 *
 * @param ending Ending of the file's name.
 * @returns The edited text.
 * @throws Error if the editor cannot be started or fails.
 */
async function editText(text: string, ending: string): Promise<string> {
  const { VISUAL, EDITOR } = readConfig('VISUAL', 'EDITOR');
  const editor = VISUAL ?? EDITOR ?? 'vi';
  const directory = mkdtempSync(join(tmpdir(), 'orders-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const file = join(directory, `message${ending}`);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    // A shell splits the options in the setting. The editor's screen goes to stderr, because stdout is for the result.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: ['inherit', 2, 2] });
    const [status, signal] = await once(child, 'exit');
    if (status !== 0)
      throw new Error(`editor: must exit with status 0, received ${status ?? signal} from ${editor}`);
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}
