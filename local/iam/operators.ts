import { BlockList, isIP } from 'node:net';
import { received } from '../../lib/text.ts';
import { compilePattern, type Pattern, type PatternOptions, type Scope } from './pattern.ts';

/** A condition operator without its quantifier and `IfExists`. */
export interface Operator {
  /** Whether a condition holds if no value of the policy matches. */
  negated: boolean;
  /** Compiles a value of the policy; returns `undefined` if the operator does not accept the value. */
  compile(operand: string, scope: Scope): Pattern | undefined;
  /** The accepted values, for error messages. */
  accepts: string;
}

/** @throws Error for a value that the operator does not accept */
export function compileOperand({ compile, accepts }: Operator, operand: string, scope: Scope): Pattern {
  const pattern = compile(operand, scope);
  if (pattern === undefined) {
    throw new Error(`${scope.place}: must be ${accepts}, received ${received(operand)}`);
  }
  return pattern;
}

type Definition = Omit<Operator, 'negated'>;

const text = (options: PatternOptions): Definition => ({
  compile: (operand, scope) => compilePattern(operand, scope, options),
  accepts: 'a string',
});

/** Part of an ARN before the last one, which may have colons only within variables. */
const PART = String.raw`((?:[^:$]|\$\{[^}]*\})*)`;
const ARN = new RegExp(`^(arn):${PART}:${PART}:${PART}:${PART}:(.*)$`, 's');

/** Compares ARNs part by part: a wildcard does not match beyond its part. */
const arn: Definition = {
  compile(operand, scope) {
    const parts = ARN.exec(operand)?.slice(1);
    const patterns = parts?.map((part) => compilePattern(part, scope, { wildcards: true }));
    return (
      patterns &&
      ((value, context) => {
        const actual = ARN.exec(value)?.slice(1);
        return (
          actual !== undefined && patterns.every((matches, index) => matches(actual[index] ?? '', context))
        );
      })
    );
  },
  accepts: 'an ARN of six parts, in which * and ? are wildcards',
};

const bool: Definition = {
  compile: (operand) =>
    ['true', 'false'].includes(operand) ? (value) => value.toLowerCase() === operand : undefined,
  accepts: 'true or false',
};

const ipAddress: Definition = {
  compile(operand) {
    const [address = '', prefix, ...others] = operand.split('/');
    const version = isIP(address);
    const bits = version === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : Number(prefix || Number.NaN);
    if (version === 0 || others.length > 0 || !(Number.isInteger(length) && length >= 0 && length <= bits)) {
      return undefined;
    }
    const list = new BlockList();
    list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
    return (value) => isIP(value) !== 0 && list.check(value, isIP(value) === 6 ? 'ipv6' : 'ipv4');
  },
  accepts: 'an IP address or a range such as 203.0.113.0/24',
};

type Comparison = (value: number, operand: number) => boolean;

/** Compares numbers. A value that is not a number matches nothing. */
const compare = (read: (text: string) => number, accepts: string, matches: Comparison): Definition => ({
  compile(operand) {
    const wanted = read(operand);
    return Number.isNaN(wanted) ? undefined : (value) => matches(read(value), wanted);
  },
  accepts,
});

const readNumber = (value: string): number => (/^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN);

/** A date as ISO 8601 allows it on the web: https://www.w3.org/TR/NOTE-datetime */
const DATE = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/;

/** Reads a date, or a time in seconds since 1970. Four digits are a year. */
const readDate = (value: string): number =>
  DATE.test(value) ? Date.parse(value) : readNumber(value) * 1_000;

const equals: Comparison = (value, operand) => value === operand;

const comparisons = (type: string, read: (text: string) => number, accepts: string) => ({
  [`${type}LessThan`]: compare(read, accepts, (value, operand) => value < operand),
  [`${type}LessThanEquals`]: compare(read, accepts, (value, operand) => value <= operand),
  [`${type}GreaterThan`]: compare(read, accepts, (value, operand) => value > operand),
  [`${type}GreaterThanEquals`]: compare(read, accepts, (value, operand) => value >= operand),
});

const NUMBER = 'a number';
const DATE_OR_SECONDS = 'an ISO 8601 date or seconds since 1970';

/** Operators by name, each with the name of its negation if it has one. */
const DEFINITIONS: Readonly<Record<string, Definition & { negation?: string }>> = {
  StringEquals: { ...text({ wildcards: false }), negation: 'StringNotEquals' },
  StringEqualsIgnoreCase: {
    ...text({ wildcards: false, ignoreCase: true }),
    negation: 'StringNotEqualsIgnoreCase',
  },
  StringLike: { ...text({ wildcards: true }), negation: 'StringNotLike' },
  // AWS gives both names the same meaning.
  ArnEquals: { ...arn, negation: 'ArnNotEquals' },
  ArnLike: { ...arn, negation: 'ArnNotLike' },
  Bool: bool,
  NumericEquals: { ...compare(readNumber, NUMBER, equals), negation: 'NumericNotEquals' },
  ...comparisons('Numeric', readNumber, NUMBER),
  DateEquals: { ...compare(readDate, DATE_OR_SECONDS, equals), negation: 'DateNotEquals' },
  ...comparisons('Date', readDate, DATE_OR_SECONDS),
  IpAddress: { ...ipAddress, negation: 'NotIpAddress' },
};

/** Operators by name, except `Null`, which tests whether a key is absent. */
export const OPERATORS: Readonly<Record<string, Operator>> = Object.fromEntries(
  Object.entries(DEFINITIONS).flatMap(([name, { negation, ...definition }]) => [
    [name, { ...definition, negated: false }],
    ...(negation === undefined ? [] : [[negation, { ...definition, negated: true }] as const]),
  ]),
);
