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
import { judgeBody } from '../../../operations/dead-letters/judge-body.ts';
import { redriveDeadLetters } from '../../../operations/dead-letters/redrive-dead-letters.ts';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { UsageError } from '../../../program/options.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { ask, canAsk } from './ask.ts';
import { assign, collect, readAssignments } from './assignments.ts';
import { failuresText } from './progress.ts';

interface EditOptions {
  set?: string[];
  body?: string;
}

/** The outcome of each dead letter: those that are not sent are still in their dead-letter queue. */
interface EditReport {
  sent: string[];
  failures: { id: string; message: string }[];
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('edit', 'Mends dead letters and sends them back: in an editor, by --set or by --body.')
    .argument('<id...>', 'message ids, as list shows them')
    .option('--set <field=value>', 'give a field another value, such as price=3 (repeatable)', collect)
    .option('--body <file>', 'what the message says instead, - for standard input; for one message')
    .action(answering(onExit, edit));
}

async function edit(context: Context, ids: string[], { set = [], body: file }: EditOptions): Promise<Answer> {
  if (set.length > 0 && file !== undefined)
    throw new UsageError('--body: must be without --set, received both');
  if (file !== undefined && ids.length > 1) {
    throw new UsageError(`--body: must be for one message, received ${ids.length} ids`);
  }
  if (set.length === 0 && file === undefined && !canAsk()) {
    throw new UsageError('--set or --body: must be there without a terminal to edit on, received nothing');
  }
  const body = file === undefined ? undefined : await readBody(file);
  const signal = context.signal();
  const pipeline = await context.open();
  const letters = await findDeadLetters(pipeline, ids, { signal });
  const report = await mend(pipeline, letters, set, body);
  const { sent, failures } = report;
  const told = `${sent.length} of ${letters.length} messages mended and sent back.\n`;
  return {
    data: report,
    text: told + (failures.length > 0 ? `\nNot sent, or not only:\n${failuresText(failures)}` : ''),
    exit: failures.length > 0 ? EXIT.failed : EXIT.ok,
  };
}

async function mend(
  pipeline: Pipeline,
  letters: readonly DeadLetter[],
  set: readonly string[],
  body: string | undefined,
): Promise<EditReport> {
  if (set.length > 0) return setFields(pipeline, letters, set);
  const [letter] = letters;
  if (body === undefined || !letter) return editLetters(pipeline, letters);
  await editDeadLetter(pipeline, letter.queue, letter.id, body);
  return { sent: [letter.id], failures: [] };
}

async function readBody(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new UsageError(`--body: must be a file that can be read, received ${file} (${error.message})`);
  });
}

async function setFields(
  pipeline: Pipeline,
  letters: readonly DeadLetter[],
  set: readonly string[],
): Promise<EditReport> {
  const report: EditReport = { sent: [], failures: [] };
  const groups = [...Map.groupBy(letters, ({ queue }) => queue)].map(([queue, group]) => ({
    queue,
    ids: group.map(({ id }) => id),
    // Of all queues before anything is sent.
    assignments: readAssignments(set, queue),
  }));
  for (const { queue, ids, assignments } of groups) {
    const { failures } = await redriveDeadLetters(
      pipeline,
      queue,
      { ids },
      {
        mend: (body) => assign(body, assignments),
      },
    );
    const failed = new Set(failures.map(({ id }) => id));
    report.sent.push(...ids.filter((id) => !failed.has(id)));
    report.failures.push(...failures);
  }
  return report;
}

/** Sends each message by itself: those before one that fails have been sent, and the answer must say so. */
async function editLetters(pipeline: Pipeline, letters: readonly DeadLetter[]): Promise<EditReport> {
  const report: EditReport = { sent: [], failures: [] };
  for (const letter of letters) {
    const { id, queue } = letter;
    try {
      const mended = await editLetter(letter);
      if (mended === undefined) throw new Error('left as it was');
      await editDeadLetter(pipeline, queue, id, mended);
      report.sent.push(id);
    } catch (error) {
      report.failures.push({ id, message: (error as Error).message });
    }
  }
  return report;
}

/**
 * Has the operator repair a message's body in an editor, until it would be accepted or they give up.
 *
 * @returns undefined where they leave it as it is
 */
async function editLetter({ queue, body }: DeadLetter): Promise<string | undefined> {
  const pretty = prettyJson(body);
  const original = pretty ?? body;
  let text = original;
  for (;;) {
    text = await editText(text, '.json');
    if (text === original) return undefined;
    const issues = judgeBody(queue, text);
    if (issues.length === 0) return text;
    process.stderr.write(issues.map(({ message }) => `  ${message}\n`).join(''));
    if (!(await ask('Edit it again?', true))) return undefined;
  }
}

/**
 * Has the operator edit a text in `$VISUAL`, `$EDITOR` or vi. It is in a file that no one else can read, and which is gone
 * afterwards, also when this process is ended meanwhile: orders hold personal data.
 *
 * @param ending of the file's name, by which editors tell what it is
 * @throws Error where the editor cannot be started, or fails
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
    // Through a shell, since the setting may hold options; its screen is where stderr is: stdout is for the answer.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: ['inherit', 2, 2] });
    const [status, signal] = await once(child, 'exit');
    if (status !== 0)
      throw new Error(`editor: must end with status 0, received ${status ?? signal} of ${editor}`);
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}
