import type { DeadLetter } from '../../../lib/dead-letters/dead-letter.ts';
import { judgeBody } from '../../../lib/dead-letters/judge-body.ts';
import { prettyJson } from '../../../lib/json/pretty-json.ts';
import { ask } from './ask.ts';
import { editText } from './edit-text.ts';

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
