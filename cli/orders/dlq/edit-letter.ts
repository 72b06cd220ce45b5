import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../lib/config.ts';
import { prettyJson } from '../../../lib/json.ts';
import type { DeadLetter } from '../../../operations/dead-letters/dead-letter.ts';
import { judgeBody } from '../../../operations/dead-letters/judge-body.ts';
import { ask } from './ask.ts';

/**
 * Has the operator mend a letter's body in an editor, until it would be taken or they give up.
 *
 * @returns undefined where they leave it as it is
 */
export async function editLetter({ queue, body }: DeadLetter): Promise<string | undefined> {
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
 * Has the operator edit a text in `$VISUAL`, `$EDITOR` or vi. It is in a file that nobody else can read, and which is gone
 * afterwards, also when this process is ended meanwhile: orders hold personal data.
 *
 * @param ending of the file's name, by which editors tell what it is
 * @throws Error where the editor cannot be started, or fails
 */
export async function editText(text: string, ending: string): Promise<string> {
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
