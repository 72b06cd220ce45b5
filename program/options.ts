import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * `parseArgs` of node:util.
 *
 * @throws UsageError for what is not known or lacks its value
 */
export function parseArguments<const Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

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

/**
 * Reads the value of an option that takes one of a few words.
 *
 * @throws UsageError that names the option, its rule and the value received
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
 * Reads the value of an option that takes a whole number.
 *
 * @throws UsageError that names the option, its rule and the value received
 */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(
    `${option}: must be a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}, received ${text || 'nothing'}`,
  );
}
