import { constraintError, validationError } from './dynamodb-error.ts';
import { notConvertible } from './values.ts';

/** The parsed body of a request, or a structure in it. */
export type Fields = Readonly<Record<string, unknown>>;

export function readText(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw notConvertible(value, 'String');
}

export function requireText(fields: Fields, name: string): string {
  return readText(fields, name) ?? required(name);
}

export function readBoolean(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw notConvertible(value, 'Boolean');
}

/** Reads an integer between limits, both inclusive. */
export function readInteger(fields: Fields, name: string, least: number, most: number): number | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw notConvertible(value, 'Integer');
  const constraint = 'Member must have value';
  if (value < least)
    throw constraintError(value, parameterOf(name), `${constraint} greater than or equal to ${least}`);
  if (value > most)
    throw constraintError(value, parameterOf(name), `${constraint} less than or equal to ${most}`);
  return Math.trunc(value);
}

/** Reads a string that must be one of the choices. */
export function readChoice<Choice extends string>(
  fields: Fields,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = readText(fields, name);
  if (value === undefined) return undefined;
  const choice = choices.find((accepted) => accepted === value);
  if (choice) return choice;
  throw constraintError(
    value,
    parameterOf(name),
    `Member must satisfy enum value set: [${choices.join(', ')}]`,
  );
}

/** Reads a list, or returns undefined if it is absent. */
export function readList(fields: Fields, name: string, least = 0, most = Infinity): unknown[] | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw notConvertible(value, 'List');
  checkLength(value, value.length, name, least, most);
  return value;
}

export function requireList(fields: Fields, name: string, least?: number, most?: number): unknown[] {
  return readList(fields, name, least, most) ?? required(name);
}

/** Reads a structure or a map, or returns undefined if it is absent. */
export function readFields(fields: Fields, name: string): Fields | undefined {
  const value = fields[name] ?? undefined;
  return value === undefined ? undefined : toFields(value);
}

export function requireFields(fields: Fields, name: string): Fields {
  return readFields(fields, name) ?? required(name);
}

/** Reads a map with 1 to `most` entries. */
export function requireMap(fields: Fields, name: string, most: number): [string, unknown][] {
  const map = requireFields(fields, name);
  const entries = Object.entries(map);
  checkLength(map, entries.length, name, 1, most);
  return entries;
}

export function toFields(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw notConvertible(value, 'Structure');
}

/** Returns the elements of a list, which must all be strings. */
export function toTexts(list: readonly unknown[]): string[] {
  return list.map((element) => {
    if (typeof element === 'string') return element;
    throw notConvertible(element, 'String');
  });
}

/**
 * Legacy parameters, which expressions replace:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
 */
const LEGACY = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

export function refuseLegacy(fields: Fields): void {
  for (const name of LEGACY) {
    if (fields[name] === undefined || fields[name] === null) continue;
    throw validationError(
      `${name}: the embedded DynamoDB does not support this legacy parameter, use an expression`,
    );
  }
}

function checkLength(value: unknown, length: number, name: string, least: number, most: number): void {
  const constraint = 'Member must have length';
  if (length < least)
    throw constraintError(value, parameterOf(name), `${constraint} greater than or equal to ${least}`);
  if (length > most)
    throw constraintError(value, parameterOf(name), `${constraint} less than or equal to ${most}`);
}

function required(name: string): never {
  throw constraintError(undefined, parameterOf(name), 'Member must not be null');
}

/** DynamoDB's errors name parameters like Java fields. */
const parameterOf = (name: string): string => `${name[0]?.toLowerCase()}${name.slice(1)}`;
