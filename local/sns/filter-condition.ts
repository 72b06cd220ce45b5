import { BlockList, isIP } from 'node:net';

/** A value of a message that filter policies compare. */
export type FilterValue = string | number | boolean | null;

/** Returns whether a condition accepts one value of a message. */
export type FilterTest = (value: FilterValue) => boolean;

/** Maximum absolute value of a number: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const MAX_NUMBER = 1e9;
const MAX_WILDCARDS = 3;

/** Operators whose operand is a string. In `anything-but`, each can also have a list of strings. */
const TEXT_OPERATORS: Record<string, (operand: string) => FilterTest> = {
  prefix: (prefix) => (value) => typeof value === 'string' && value.startsWith(prefix),
  suffix: (suffix) => (value) => typeof value === 'string' && value.endsWith(suffix),
  'equals-ignore-case': (text) => {
    const wanted = text.toLowerCase();
    return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
  },
  wildcard: compileWildcard,
};

const OPERATORS: Record<string, (operand: unknown) => FilterTest> = {
  'anything-but': compileAnythingBut,
  numeric: compileNumeric,
  cidr: compileCidr,
};

/** Field names that make `$or` an ordinary name: https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html */
export const RESERVED_NAMES = new Set([...Object.keys(TEXT_OPERATORS), ...Object.keys(OPERATORS), 'exists']);

/** A filter policy that SNS refuses. The message is the reason in SNS's words. */
export class FilterPolicyError extends Error {}

/**
 * Compiles one operator of a filter policy, except `exists`.
 *
 * @throws FilterPolicyError
 */
export function compileOperator(name: string, operand: unknown): FilterTest {
  const createTextTest = TEXT_OPERATORS[name];
  if (createTextTest) return createTextTest(requireText(name, operand));
  const compile = OPERATORS[name];
  if (!compile) throw new FilterPolicyError(`Unrecognized match type ${name}`);
  return compile(operand);
}

/**
 * Returns the operator and operand of an object such as `{"prefix": "a"}`.
 *
 * @throws FilterPolicyError unless the object has exactly one field
 */
export function readOperator(expression: object): [name: string, operand: unknown] {
  const [operator, ...others] = Object.entries(expression);
  if (!operator || others.length > 0) {
    throw new FilterPolicyError('Only one key allowed in match expression');
  }
  return operator;
}

/** @throws FilterPolicyError for a number outside SNS's range */
export function requireInRange(value: number): number {
  if (Math.abs(value) > MAX_NUMBER) {
    throw new FilterPolicyError(`Numbers must be between -1.0E9 and 1.0E9, received ${value}`);
  }
  return value;
}

function requireText(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new FilterPolicyError(`${name} match pattern must be a string`);
  return operand;
}

function compileAnythingBut(operand: unknown): FilterTest {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    return compileAnythingButOperator(...readOperator(operand));
  }
  const values = [operand].flat();
  const [type, ...otherTypes] = new Set(values.map((value) => typeof value));
  if ((type !== 'string' && type !== 'number') || otherTypes.length > 0) {
    throw new FilterPolicyError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  const excluded = new Set<unknown>(values);
  return (value) => !excluded.has(value);
}

function compileAnythingButOperator(name: string, operand: unknown): FilterTest {
  const createTest = TEXT_OPERATORS[name];
  if (!createTest) throw new FilterPolicyError(`Unsupported anything-but pattern: ${name}`);
  const operands = [operand].flat();
  if (operands.length === 0) throw new FilterPolicyError('Empty arrays are not allowed');
  const excluded = operands.map((text) => createTest(requireText(name, text)));
  return (value) => !excluded.some((test) => test(value));
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** Compiles `["=", 1]`, `["<", 1]` and the like, or a range such as `[">", 0, "<=", 10]`. */
function compileNumeric(operand: unknown): FilterTest {
  const members: unknown[] = Array.isArray(operand) ? operand : [];
  const [operator, bound, upperOperator, upperBound] = members;
  const first = compileComparison(operator, bound);
  if (members.length <= 2) return (value) => typeof value === 'number' && first(value);

  if (operator !== '>' && operator !== '>=') {
    throw new FilterPolicyError('Too many elements in numeric expression');
  }
  if (upperOperator !== '<' && upperOperator !== '<=') {
    throw new FilterPolicyError(`Bad numeric range operator: ${upperOperator}`);
  }
  const second = compileComparison(upperOperator, upperBound);
  if (members.length > 4) throw new FilterPolicyError('Too many terms in numeric range expression');
  if (Number(bound) >= Number(upperBound)) throw new FilterPolicyError('Bottom must be less than top');
  return (value) => typeof value === 'number' && first(value) && second(value);
}

function compileComparison(operator: unknown, bound: unknown): (value: number) => boolean {
  if (typeof operator !== 'string') {
    throw new FilterPolicyError(`Invalid member in numeric match: ${operator ?? ']'}`);
  }
  const compare = COMPARISONS[operator];
  if (!compare) throw new FilterPolicyError(`Unrecognized numeric range operator: ${operator}`);
  if (typeof bound !== 'number') {
    throw new FilterPolicyError(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  }
  requireInRange(bound);
  return (value) => compare(value, bound);
}

/** Compiles a block of IPv4 or IPv6 addresses, such as `10.0.0.0/24`. */
function compileCidr(operand: unknown): FilterTest {
  const [address = '', bits, ...more] = requireText('cidr', operand).split('/');
  if (bits === undefined || more.length > 0) throw new FilterPolicyError("Malformed CIDR, one '/' required");
  const family = familyOf(address);
  if (!family) throw new FilterPolicyError(`Nonstandard IP address: ${address}`);
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 'ipv4' ? 32 : 128)) {
    throw new FilterPolicyError(`Malformed CIDR, mask bits must be an integer: ${bits}`);
  }
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return (value) => {
    const of = typeof value === 'string' ? familyOf(value) : undefined;
    return of !== undefined && block.check(String(value), of);
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

/** Compiles a pattern in which `*` stands for any characters, `\*` for an asterisk and `\\` for a backslash. */
function compileWildcard(pattern: string): FilterTest {
  const [first = '', ...rest] = splitAtWildcards(pattern);
  if (rest.length > MAX_WILDCARDS) {
    throw new FilterPolicyError(`A wildcard pattern has at most ${MAX_WILDCARDS} wildcard characters`);
  }
  const last = rest.pop();
  if (last === undefined) return (value) => value === first;
  if (rest.includes('')) throw new FilterPolicyError('Consecutive wildcard characters are not allowed');
  return (value) => {
    if (typeof value !== 'string' || !value.startsWith(first)) return false;
    let position = first.length;
    for (const part of rest) {
      const found = value.indexOf(part, position);
      if (found === -1) return false;
      position = found + part.length;
    }
    return value.length - last.length >= position && value.endsWith(last);
  };
}

function splitAtWildcards(pattern: string): string[] {
  if (/(?<!\\)(?:\\\\)*\\(?![*\\])/.test(pattern)) {
    throw new FilterPolicyError('Invalid escape character in wildcard pattern');
  }
  const parts = [''];
  for (const [token] of pattern.matchAll(/\\[*\\]|\*|[^*\\]+/g)) {
    if (token === '*') parts.push('');
    else parts.push(`${parts.pop()}${token.startsWith('\\') ? token.slice(1) : token}`);
  }
  return parts;
}
