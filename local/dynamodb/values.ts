import { DynamoDbError, validationError } from './dynamodb-error.ts';
import { compareNumbers, normalizeNumber } from './numbers.ts';

/** An attribute value in DynamoDB's JSON: exactly one of these fields. Binary values are base64, numbers are normalized. */
export interface Value {
  S?: string;
  N?: string;
  B?: string;
  BOOL?: boolean;
  NULL?: true;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: Value[];
  M?: Item;
}

/** An item, or a key. Items are never changed after they were stored. */
export type Item = Record<string, Value>;

export type ValueType = keyof Value;
export type ScalarType = 'S' | 'N' | 'B';
export type SetType = 'SS' | 'NS' | 'BS';

/** Quotas: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const MAX_ITEM_BYTES = 400 * 1_024;
const MAX_DEPTH = 32;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Checks an item of a request, and normalizes its numbers in place.
 *
 * @returns Its size in bytes, as DynamoDB counts it:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 * @throws DynamoDbError `ValidationException` or `SerializationException`
 */
export function checkItem(item: unknown, depth = 0): number {
  const attributes = structure(item);
  let size = 0;
  for (const name in attributes) size += Buffer.byteLength(name) + checkValue(attributes[name], depth);
  return size;
}

/** Checks one value like {@link checkItem}. @returns Its size in bytes. */
export function checkValue(input: unknown, depth = 0): number {
  const value = structure(input) as Value;
  let types = 0;
  let size = 0;
  for (const type in value) {
    if (++types > 1) {
      throw validationError(
        'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
      );
    }
    size = checkTyped(value, type as ValueType, depth);
  }
  if (types === 0) {
    throw validationError(
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    );
  }
  return size;
}

function checkTyped(value: Value, type: ValueType, depth: number): number {
  switch (type) {
    case 'S':
      return Buffer.byteLength(text(value.S));
    case 'N':
      value.N = normalizeNumber(text(value.N));
      return numberSize(value.N);
    case 'B':
      return binarySize(value.B);
    case 'BOOL':
      if (typeof value.BOOL !== 'boolean') throw notConvertible(value.BOOL, 'Boolean');
      return 1;
    case 'NULL':
      if (value.NULL === true) return 1;
      throw validationError(
        'One or more parameter values were invalid: Null attribute value types must have the value of true',
      );
    case 'SS':
    case 'NS':
    case 'BS':
      return checkSet(list(value[type]), type);
    case 'L':
    case 'M':
      return checkDocument(value, type, depth);
    default:
      return checkValue({});
  }
}

function checkDocument(value: Value, type: 'L' | 'M', depth: number): number {
  if (depth >= MAX_DEPTH) {
    throw validationError(
      `Nesting Levels have exceeded supported limits: Attributes can be nested up to ${MAX_DEPTH} levels`,
    );
  }
  if (type === 'M') return 3 + checkItem(value.M, depth + 1) + Object.keys(value.M ?? {}).length;
  let size = 3;
  for (const element of list(value.L)) size += 1 + checkValue(element, depth + 1);
  return size;
}

function checkSet(elements: unknown[], type: SetType): number {
  if (elements.length === 0) {
    const which =
      type === 'BS' ? 'Binary sets should not be empty' : `An ${SET_NAMES[type]} set  may not be empty`;
    throw validationError(`One or more parameter values were invalid: ${which}`);
  }
  let size = 0;
  for (const [index, element] of elements.entries()) {
    if (type === 'NS') elements[index] = normalizeNumber(text(element));
    size +=
      type === 'BS' ? binarySize(element) : type === 'NS' ? numberSize(text(element)) : byteSize(element);
  }
  if (new Set(elements).size === elements.length) return size;
  if (type === 'NS') throw validationError('Input collection contains duplicates');
  const received = `[${elements.join(', ')}]${type === 'BS' ? 'of type BS' : ''}`;
  throw validationError(
    `One or more parameter values were invalid: Input collection ${received} contains duplicates.`,
  );
}

const SET_NAMES = { SS: 'string', NS: 'number' };

const byteSize = (input: unknown): number => Buffer.byteLength(text(input));

/** Returns a number's size: about one byte for two digits, and one for the exponent. */
const numberSize = (number: string): number => Math.min(21, Math.ceil(number.length / 2) + 1);

function binarySize(input: unknown): number {
  const base64 = text(input);
  if (!BASE64.test(base64)) {
    throw new DynamoDbError('SerializationException', 'Base64 encoded length is unexpected');
  }
  return Buffer.byteLength(base64, 'base64');
}

function text(input: unknown): string {
  if (typeof input === 'string') return input;
  throw notConvertible(input, 'String');
}

function list(input: unknown): unknown[] {
  if (Array.isArray(input)) return input;
  throw notConvertible(input, 'List');
}

function structure(input: unknown): Record<string, unknown> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    return input as Record<string, unknown>;
  }
  throw notConvertible(input, 'AttributeValue');
}

/** Creates the error of a JSON value whose type is not that of its field. */
export function notConvertible(input: unknown, wanted: string): DynamoDbError {
  const received =
    input === null ? 'NULL_VALUE' : Array.isArray(input) ? 'LIST_VALUE' : VALUE_NAMES[typeof input];
  return new DynamoDbError('SerializationException', `${received} cannot be converted to ${wanted}`);
}

const VALUE_NAMES: Partial<Record<string, string>> = {
  string: 'STRING_VALUE',
  number: 'NUMBER_VALUE',
  boolean: 'BOOLEAN_VALUE',
  object: 'STRUCTURE_VALUE',
  undefined: 'NULL_VALUE',
};

/** Returns an attribute, and never a property that JavaScript's objects inherit, such as `constructor`. */
export const attributeOf = (item: Item | undefined, name: string): Value | undefined =>
  item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;

/** Sets an attribute, even one with the name `__proto__`. */
export function setAttribute(item: Item, name: string, value: Value): void {
  if (name !== '__proto__') item[name] = value;
  else Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Returns the type of a checked value. */
export function typeOf(value: Value): ValueType {
  for (const type in value) return type as ValueType;
  throw new TypeError('a checked value has one type');
}

/** Returns whether two values have the same type and value. Sets have no order. */
export function areEqual(a: Value, b: Value): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (type === 'M') return areMapsEqual(a.M ?? {}, b.M ?? {});
  if (type === 'L') {
    const [listA, listB] = [a.L ?? [], b.L ?? []];
    return (
      listA.length === listB.length && listA.every((value, index) => areEqual(value, listB[index] ?? {}))
    );
  }
  if (type === 'SS' || type === 'NS' || type === 'BS') {
    const [setA, setB] = [a[type] ?? [], b[type] ?? []];
    return setA.length === setB.length && new Set(setA).isSubsetOf(new Set(setB));
  }
  return a[type] === b[type];
}

function areMapsEqual(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [valueA, valueB] = [attributeOf(a, name), attributeOf(b, name)];
    return valueA !== undefined && valueB !== undefined && areEqual(valueA, valueB);
  });
}

/** Compares two values; undefined if their types differ or have no order. */
export function compareValues(a: Value, b: Value): number | undefined {
  const type = typeOf(a);
  if (type !== typeOf(b) || (type !== 'S' && type !== 'N' && type !== 'B')) return undefined;
  return compareScalars(type, a[type] ?? '', b[type] ?? '');
}

/** Compares two values of a type: numbers by value, strings and binary values by their bytes. */
export function compareScalars(type: ScalarType, a: string, b: string): number {
  if (a === b) return 0;
  if (type === 'N') return compareNumbers(a, b);
  if (type === 'B') return Buffer.compare(Buffer.from(a, 'base64'), Buffer.from(b, 'base64'));
  return compareTexts(a, b);
}

/** Compares strings by their UTF-8 bytes. JavaScript compares UTF-16, which sorts a surrogate before U+E000 to U+FFFF. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const codeA = a.charCodeAt(index);
    const codeB = b.charCodeAt(index);
    if (codeA === codeB) continue;
    if (codeA < 0xd800 || codeB < 0xd800) return codeA - codeB;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return a.length - b.length;
}
