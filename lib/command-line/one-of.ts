import { UsageError } from './usage-error.ts';

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
