import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parses arguments with `parseArgs` of node:util.
 *
 * @throws UsageError for an unknown option or a missing value
 */
export function parseArguments<const Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Parses a command line that has options only.
 *
 * @param options Options in the format of `parseArgs` of node:util.
 * @throws UsageError for an unknown option, a missing value or a positional argument
 */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  return parseArguments({ args: [...args], options }).values;
}

/**
 * Reads the value of an option that accepts one of a few words.
 *
 * @throws UsageError that names the option, the accepted values and the value received
 */
export function oneOf<const Choice extends string>(
  option: string,
  text: string | undefined,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((each) => each === text);
  if (choice) return choice;
  const rule = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(choices);
  throw new UsageError(`${option}: must be ${rule}, received ${text || 'nothing'}`);
}

/**
 * Reads the value of an option that accepts a whole number.
 *
 * @throws UsageError that names the option, the accepted range and the value received
 */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(
    `${option}: must be a whole number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}, received ${text || 'nothing'}`,
  );
}
