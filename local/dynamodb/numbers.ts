import { validationError } from './dynamodb-error.ts';

/*
 * Numbers stay strings, because DynamoDB has 38 digits and a double has 15. Limits and notation:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
const MAX_DIGITS = 38;
const MAX_EXPONENT = 125;
const MIN_EXPONENT = -130;

/** Numbers of up to this many digits compare correctly as doubles. */
const DOUBLE_DIGITS = 15;

const NUMBER = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * Returns a number as DynamoDB does: without exponent, leading or trailing zeros. Equal numbers become the same string.
 *
 * @throws DynamoDbError `ValidationException` if the text is not a number, or a number that DynamoDB cannot store
 */
export function normalizeNumber(text: string): string {
  if (isShortInteger(text)) return text;
  const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (sign === undefined) {
    const received = text === '' ? '' : `: ${text}`;
    throw validationError(`The parameter cannot be converted to a numeric value${received}`);
  }
  const all = `${whole}${fraction}`;
  const significant = all.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return '0';
  /** Position of the decimal point among the digits. */
  const point = whole.length + Number(exponent) - (all.length - significant.length);
  checkRange(digits.length, point - 1);
  return `${sign === '-' ? '-' : ''}${withPoint(digits, point)}`;
}

function isShortInteger(text: string): boolean {
  if (text.length === 0 || text.length > DOUBLE_DIGITS) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return text.charCodeAt(0) !== 48 || text.length === 1;
}

function checkRange(digits: number, exponent: number): void {
  const attempt = 'Attempting to store a number with magnitude';
  if (exponent > MAX_EXPONENT)
    throw validationError(`Number overflow. ${attempt} larger than supported range`);
  if (exponent < MIN_EXPONENT)
    throw validationError(`Number underflow. ${attempt} smaller than supported range`);
  if (digits > MAX_DIGITS) {
    throw validationError(`Attempting to store more than ${MAX_DIGITS} significant digits in a Number`);
  }
}

function withPoint(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Compares two normalized numbers. */
export function compareNumbers(a: string, b: string): number {
  if (a.length <= DOUBLE_DIGITS && b.length <= DOUBLE_DIGITS) return Number(a) - Number(b);
  const negative = a.startsWith('-');
  if (negative !== b.startsWith('-')) return negative ? -1 : 1;
  return negative ? compareMagnitudes(b.slice(1), a.slice(1)) : compareMagnitudes(a, b);
}

function compareMagnitudes(a: string, b: string): number {
  const [wholeA = '', fractionA = ''] = a.split('.');
  const [wholeB = '', fractionB = ''] = b.split('.');
  return wholeA.length - wholeB.length || compare(wholeA, wholeB) || compare(fractionA, fractionB);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Adds two normalized numbers.
 *
 * @throws DynamoDbError `ValidationException` if DynamoDB cannot store the sum
 */
export function addNumbers(a: string, b: string): string {
  const scale = Math.max(fractionOf(a).length, fractionOf(b).length);
  return normalizeNumber(`${scaled(a, scale) + scaled(b, scale)}e-${scale}`);
}

export function subtractNumbers(a: string, b: string): string {
  return addNumbers(a, b.startsWith('-') ? b.slice(1) : `-${b}`);
}

const fractionOf = (number: string): string => number.split('.')[1] ?? '';

/** Returns the number times 10 to the power of `scale`. */
function scaled(number: string, scale: number): bigint {
  const fraction = fractionOf(number);
  return BigInt(number.replace('.', '') + '0'.repeat(scale - fraction.length));
}
