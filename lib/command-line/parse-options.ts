import type { ParseArgsConfig } from 'node:util';
import { parseArguments } from './parse-arguments.ts';

/**
 * Takes a command line apart. Options are all there is, and what is not known is an error.
 *
 * @param options as `parseArgs` of node:util has them
 * @throws UsageError
 */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  return parseArguments({ args: [...args], options }).values;
}
