import { InvalidInputError, isOutOfReach, UnavailableError } from '../../lib/errors.ts';
import { printable } from '../../lib/text.ts';
import { UsageError } from '../../program/options.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';

/**
 * What a failure means to whoever ran the command: a line for people, or, with `--json`, an object.
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
