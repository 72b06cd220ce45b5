import { InvalidInputError, isUnreachable, UnavailableError } from '../../lib/errors.ts';
import { printable } from '../../lib/text.ts';
import { UsageError } from '../../program/options.ts';

/** Exit statuses of `orders`. They are part of its interface. */
export const EXIT = {
  /** Success, and no problem was found. */
  ok: 0,
  /** The command found a problem, such as invalid rows or gaps, or it failed. */
  failed: 1,
  /** The command line, or a file or stage that it names, is invalid. Nothing was done. */
  usage: 2,
  /** The embedded cloud is not running, or AWS is unreachable. */
  unreachable: 3,
  /** Interrupted by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/**
 * Formats an error for the operator: as text, or, with `--json`, as an object.
 *
 * @returns The text for stderr, and the exit status.
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
  if (error instanceof UnavailableError || isUnreachable(error)) return EXIT.unreachable;
  return EXIT.failed;
}
