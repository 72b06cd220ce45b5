import { invalidParameter, missingParameter } from './sqs-error.ts';

/** The parameters of an action, in the form of the JSON protocol. */
export type Input = Readonly<Record<string, unknown>>;

/** Returns a string, or `undefined` if it is absent. @throws AwsError `InvalidParameterValue` for another type */
export function textIn(input: Input, name: string): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw invalidParameter(name, JSON.stringify(value), 'Must be a string.');
}

/** @throws AwsError `MissingParameter` if the string is absent or empty */
export function requireText(input: Input, name: string): string {
  const value = textIn(input, name);
  if (!value) throw missingParameter(name);
  return value;
}

/** Returns an integer, or `undefined` if it is absent. @throws AwsError `InvalidParameterValue` */
export function integerIn(input: Input, name: string, min?: number, max?: number): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw invalidParameter(name, JSON.stringify(value), 'Must be an integer.');
  }
  if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
    throw invalidParameter(name, value, `Must be between ${min} and ${max}, if provided.`);
  }
  return value;
}

/** Returns a list of strings, empty if it is absent. @throws AwsError `InvalidParameterValue` */
export function textsIn(input: Input, name: string): string[] {
  const value = input[name] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw invalidParameter(name, JSON.stringify(value), 'Must be a list of strings.');
}

/** Returns a structure or map, or `undefined` if it is absent. @throws AwsError `InvalidParameterValue` */
export function structureIn(input: Input, name: string): Input | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (isStructure(value)) return value;
  throw invalidParameter(name, JSON.stringify(value), 'Must be a structure.');
}

/** Returns a list of structures, empty if it is absent. @throws AwsError `InvalidParameterValue` */
export function structuresIn(input: Input, name: string): Input[] {
  const value = input[name] ?? [];
  if (Array.isArray(value) && value.every(isStructure)) return value;
  throw invalidParameter(name, JSON.stringify(value), 'Must be a list of structures.');
}

/** Returns a map of strings, empty if it is absent. @throws AwsError `InvalidParameterValue` */
export function mapIn(input: Input, name: string): Record<string, string> {
  const map = structureIn(input, name) ?? {};
  for (const key of Object.keys(map))
    if (textIn(map, key) === undefined) throw missingParameter(`${name}.${key}`);
  return map as Record<string, string>;
}

function isStructure(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
