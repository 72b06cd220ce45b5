import { InvalidInputError, isOutOfReach, UnavailableError } from '../../lib/errors.ts';
import { printable } from '../../lib/text.ts';
import { UsageError } from '../../program/options.ts';

/** Exit statuses of `orders`, for scripts to rely on. */
export const EXIT = {
  /** Done as asked, and nothing is wrong. */
  ok: 0,
  /** Something is wrong with what was asked about, such as rows that are not orders, or gaps; or the command failed. */
  failed: 1,
  /** The command line, or something that it names, breaks a rule: nothing was done. */
  usage: 2,
  /** The embedded cloud is not running, or AWS is unreachable. */
  unreachable: 3,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/**
 * Explains a failure to the operator: a line of text, or, with `--json`, an object.
 *
 * @returns text for stderr, and the exit status
 */
export function explainFailure(error: unknown, json: boolean): { text: string; exit: ExitStatus } {
  const { message, code } = error as Error & { code?: unknown };
  const exit = exitOf(error);
  if (!json) return { text: `orders: ${message.split('\n').map(printable).join('\n')}\n`, exit };
  const described = { message, ...(typeof code === 'string' && { code }) };
  return { text: `${JSON.stringify({ error: described })}\n`, exit };
}

function exitOf(error: unknown): ExitStatus {
  if (error instanceof UsageError || error instanceof InvalidInputError) return EXIT.usage;
  if (error instanceof UnavailableError || isOutOfReach(error)) return EXIT.unreachable;
  return EXIT.failed;
}
