import { whole } from '../number.ts';

/** Failures that are listed; `--json` has all. */
const SHOWN = 20;

/** Why messages stayed where they are, a line each. */
export function failuresText(failures: readonly { id: string; message: string }[]): string {
  const lines = failures.slice(0, SHOWN).map(({ id, message }) => `  ${id}  ${message}\n`);
  const left = failures.length - lines.length;
  if (left > 0) lines.push(`  … and ${whole(left)} more; --json lists them\n`);
  return lines.join('');
}
