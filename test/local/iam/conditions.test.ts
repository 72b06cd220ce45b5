import { describe, expect, it } from 'vitest';
import { compileConditions } from '../../../local/iam/conditions.ts';

type Values = string | readonly string[];

/** Returns whether a condition on one key holds for the values that a request has for it. `undefined`: it has none. */
function holds(operator: string, policy: Values, request: Values | undefined): boolean {
  const scope = { place: 'Statement[0].Condition', variables: true, keys: new Set(['key']) };
  const condition = compileConditions({ [operator]: { Key: [policy].flat() } }, scope);
  return condition(new Map(request === undefined ? [] : [['key', [request].flat()]]));
}

const ABSENT = undefined;
const HOLDS = 'holds';
const FAILS = 'fails';

function conditions(
  rows: readonly (readonly [
    operator: string,
    policy: Values,
    outcome: string,
    request: Values | undefined,
  ])[],
) {
  it.each(rows)('%s of %j %s for %j', (operator, policy, outcome, request) => {
    expect(holds(operator, policy, request)).toBe(outcome === HOLDS);
  });
}

describe('A string operator', () => {
  conditions([
    ['StringEquals', 'a', HOLDS, 'a'],
    ['StringEquals', 'a', FAILS, 'A'],
    ['StringEquals', 'a*', FAILS, 'ab'],
    ['StringEquals', 'a*', HOLDS, 'a*'],
    ['StringEquals', ['a', 'b'], HOLDS, 'b'],
    ['StringEquals', ['a', 'b'], FAILS, 'c'],
    ['StringEquals', '', HOLDS, ''],
    ['StringNotEquals', 'a', FAILS, 'a'],
    ['StringNotEquals', 'a', HOLDS, 'A'],
    ['StringNotEquals', ['a', 'b'], FAILS, 'b'],
    ['StringNotEquals', ['a', 'b'], HOLDS, 'c'],
    ['StringEqualsIgnoreCase', 'Ab', HOLDS, 'aB'],
    ['StringEqualsIgnoreCase', 'ab', FAILS, 'abc'],
    ['StringNotEqualsIgnoreCase', 'Ab', FAILS, 'aB'],
    ['StringNotEqualsIgnoreCase', 'ab', HOLDS, 'abc'],
    ['StringLike', 'a*c', HOLDS, 'abbc'],
    ['StringLike', 'a*c', HOLDS, 'ac'],
    ['StringLike', 'a?c', FAILS, 'abbc'],
    ['StringLike', 'a?c', HOLDS, 'a😀c'],
    ['StringLike', 'A*', FAILS, 'abc'],
    ['StringNotLike', 'a*', FAILS, 'abc'],
    ['StringNotLike', ['x*', 'a*'], FAILS, 'abc'],
    ['StringNotLike', ['x*', 'y*'], HOLDS, 'abc'],
  ]);
});

describe('An ARN operator', () => {
  const bucket = 'arn:aws:s3:::orders';
  const topic = 'arn:aws:sns:us-east-1:000000000000:orders';
  conditions([
    ['ArnEquals', bucket, HOLDS, bucket],
    ['ArnEquals', bucket, FAILS, `${bucket}2`],
    ['ArnEquals', 'arn:aws:s3:*:*:order?', HOLDS, bucket],
    ['ArnLike', 'arn:aws:s3:*:*:order?', HOLDS, bucket],
    ['ArnLike', 'arn:aws:sns:us-*:000000000000:*', HOLDS, topic],
    ['ArnLike', 'arn:aws:sns:*:orders:x', FAILS, `${topic}:x`],
    ['StringLike', 'arn:aws:sns:*:orders:x', HOLDS, `${topic}:x`],
    ['ArnLike', 'arn:aws:sns:*:*:*:x', HOLDS, `${topic}:x`],
    ['ArnLike', 'arn:*:*:*:*:*', FAILS, 'orders'],
    ['ArnNotEquals', bucket, FAILS, bucket],
    ['ArnNotEquals', 'arn:aws:s3:::*', FAILS, bucket],
    ['ArnNotLike', 'arn:aws:sns:*:*:*', HOLDS, bucket],
    ['ArnNotLike', 'arn:aws:sns:*:*:*', HOLDS, 'orders'],
    ['ArnLike', `arn:aws:s3:::\${key}`, FAILS, bucket],
    ['ArnLike', `arn:\${key, 'aws'}:s3:::orders`, FAILS, bucket],
  ]);
});

describe('Another operator', () => {
  conditions([
    ['Bool', 'true', HOLDS, 'true'],
    ['Bool', 'true', HOLDS, 'True'],
    ['Bool', 'true', FAILS, 'false'],
    ['Bool', 'false', HOLDS, 'false'],
    ['Bool', 'false', FAILS, 'no'],
    ['NumericEquals', '10', HOLDS, '10.0'],
    ['NumericEquals', '10', FAILS, '11'],
    ['NumericNotEquals', '10', HOLDS, '11'],
    ['NumericNotEquals', '10', FAILS, '10'],
    ['NumericLessThan', '10', HOLDS, '9.5'],
    ['NumericLessThan', '10', FAILS, '10'],
    ['NumericLessThanEquals', '10', HOLDS, '10'],
    ['NumericGreaterThan', '-1', HOLDS, '0'],
    ['NumericGreaterThan', '10', FAILS, '10'],
    ['NumericGreaterThanEquals', '10', HOLDS, '10'],
    ['NumericGreaterThanEquals', '10', FAILS, 'many'],
    ['NumericNotEquals', '10', HOLDS, 'many'],
    ['DateEquals', '2026-12-01T00:00:00Z', HOLDS, '2026-12-01T01:00:00+01:00'],
    ['DateEquals', '2026-12-01', HOLDS, '1796083200'],
    ['DateNotEquals', '2026', HOLDS, '2027'],
    ['DateNotEquals', '2026', FAILS, '2026-01-01'],
    ['DateLessThan', '2026-12-01T00:00Z', HOLDS, '2026-11-30T23:59:59.999Z'],
    ['DateLessThan', '2026-12-01T00:00Z', FAILS, '2026-12-01'],
    ['DateLessThanEquals', '2026-12', HOLDS, '2026-12-01'],
    ['DateGreaterThan', '2026-12', FAILS, '2026-12-01'],
    ['DateGreaterThanEquals', '2026-12', HOLDS, '2026-12-01'],
    ['IpAddress', '203.0.113.0/24', HOLDS, '203.0.113.255'],
    ['IpAddress', '203.0.113.0/24', FAILS, '203.0.114.0'],
    ['IpAddress', '203.0.113.7', HOLDS, '203.0.113.7'],
    ['IpAddress', '203.0.113.7', FAILS, '203.0.113.8'],
    ['IpAddress', ['203.0.113.0/24', '2001:DB8::/32'], HOLDS, '2001:db8:1::1'],
    ['IpAddress', '0.0.0.0/0', FAILS, 'localhost'],
    ['NotIpAddress', '203.0.113.0/24', FAILS, '203.0.113.7'],
    ['NotIpAddress', '203.0.113.0/24', HOLDS, '203.0.114.7'],
  ]);
});

describe('An operator for a key that the request lacks', () => {
  conditions([
    ['StringEquals', 'a', FAILS, ABSENT],
    ['StringNotEquals', 'a', HOLDS, ABSENT],
    ['StringNotLike', '*', HOLDS, ABSENT],
    ['ArnEquals', 'arn:aws:s3:::*', FAILS, ABSENT],
    ['ArnNotLike', 'arn:aws:s3:::*', HOLDS, ABSENT],
    ['Bool', 'false', FAILS, ABSENT],
    ['NumericLessThan', '1', FAILS, ABSENT],
    ['NumericNotEquals', '1', HOLDS, ABSENT],
    ['DateNotEquals', '2026', HOLDS, ABSENT],
    ['NotIpAddress', '0.0.0.0/0', HOLDS, ABSENT],
    ['StringEqualsIfExists', 'a', HOLDS, ABSENT],
    ['StringEqualsIfExists', 'a', FAILS, 'b'],
    ['StringNotEqualsIfExists', 'a', HOLDS, ABSENT],
    ['StringNotEqualsIfExists', 'a', FAILS, 'a'],
    ['BoolIfExists', 'false', HOLDS, ABSENT],
    ['BoolIfExists', 'false', FAILS, 'true'],
    ['Null', 'true', HOLDS, ABSENT],
    ['Null', 'true', FAILS, 'a'],
    ['Null', 'false', FAILS, ABSENT],
    ['Null', 'false', HOLDS, 'a'],
    ['Null', ['true', 'false'], HOLDS, 'a'],
  ]);
});

describe('A quantifier', () => {
  conditions([
    ['ForAnyValue:StringEquals', ['a', 'b'], HOLDS, ['b', 'c']],
    ['ForAnyValue:StringEquals', ['a', 'b'], FAILS, ['c', 'd']],
    ['ForAnyValue:StringLike', 'a*', HOLDS, ['c', 'ab']],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], HOLDS, ['a', 'c']],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], FAILS, ['a', 'b']],
    ['ForAnyValue:StringEquals', 'a', HOLDS, 'a'],
    ['ForAnyValue:StringEquals', 'a', FAILS, ABSENT],
    ['ForAnyValue:StringNotEquals', 'a', FAILS, ABSENT],
    ['ForAnyValue:StringLike', '*', FAILS, ['']],
    ['ForAnyValue:StringEqualsIfExists', 'a', HOLDS, ABSENT],
    ['ForAnyValue:StringEqualsIfExists', 'a', FAILS, ['b']],
    ['ForAllValues:StringEquals', ['a', 'b'], HOLDS, ['b', 'a']],
    ['ForAllValues:StringEquals', ['a', 'b'], FAILS, ['b', 'c']],
    ['ForAllValues:StringNotEquals', ['a', 'b'], HOLDS, ['c', 'd']],
    ['ForAllValues:StringNotEquals', ['a', 'b'], FAILS, ['c', 'a']],
    ['ForAllValues:StringEquals', 'a', HOLDS, ABSENT],
    ['ForAllValues:StringEquals', 'a', HOLDS, ['']],
    ['ForAllValues:NumericLessThan', '10', FAILS, ['9', '10']],
  ]);

  it('is required for a key with several values', () => {
    expect(() => holds('StringEquals', 'a', ['a', 'b'])).toThrow(
      'Statement[0].Condition.StringEquals["Key"]: the request has 2 values, use ForAnyValue or ForAllValues',
    );
  });
});

describe('compileConditions', () => {
  it('requires all operators and all keys to hold', () => {
    const scope = { place: 'Condition', variables: true, keys: new Set(['a', 'b']) };
    const condition = compileConditions(
      { StringEquals: { a: ['1'], b: ['2'] }, StringNotLike: { a: ['2*'] } },
      scope,
    );
    const withValues = (a: string, b: string) => condition(new Map(Object.entries({ a: [a], b: [b] })));
    expect(withValues('1', '2')).toBe(true);
    expect(withValues('1', '3')).toBe(false);
    expect(withValues('2', '2')).toBe(false);
  });

  it.each([
    ['StringEqual', 'a', 'operator "StringEqual" is unknown, use one of StringEquals, StringNotEquals,'],
    ['stringEquals', 'a', 'operator "stringEquals" is unknown'],
    ['ForSomeValues:StringEquals', 'a', 'operator "ForSomeValues:StringEquals" is unknown'],
    ['NullIfExists', 'true', 'operator "NullIfExists" is unknown'],
    ['BinaryEquals', 'YQ==', 'operator "BinaryEquals" is unknown'],
    ['toString', 'a', 'operator "toString" is unknown'],
    ['Null', 'yes', 'must be true or false, received "yes"'],
    ['Bool', 'TRUE', 'must be true or false, received "TRUE"'],
    ['NumericEquals', 'ten', 'must be a number, received "ten"'],
    ['NumericEquals', '', 'must be a number, received ""'],
    ['DateEquals', '1 December 2026', 'must be an ISO 8601 date or seconds since 1970'],
    ['DateEquals', '2026-13-01', 'must be an ISO 8601 date or seconds since 1970, received "2026-13-01"'],
    ['IpAddress', '203.0.113.0/33', 'must be an IP address or a range such as 203.0.113.0/24'],
    ['IpAddress', '203.0.113.0/', 'must be an IP address or a range'],
    ['IpAddress', 'localhost', 'must be an IP address or a range'],
    ['ArnLike', '*', 'must be an ARN of six parts, in which * and ? are wildcards, received "*"'],
    ['ArnEquals', 'orders', 'must be an ARN of six parts'],
  ])('refuses %s of "%s"', (operator, value, message) => {
    expect(() => holds(operator, value, 'a')).toThrow(
      `Statement[0].Condition.${operator}["Key"]: ${message}`,
    );
  });

  it.each([`\${other}`, `\${key`, `\${}`, `\${key, fallback}`, `\${*key}`])(
    'refuses the variable %s',
    (variable) => {
      expect(() => holds('StringLike', variable, 'a')).toThrow(
        `Statement[0].Condition.StringLike["Key"]: "${variable}" is not a known variable, use one of key`,
      );
    },
  );

  it('refuses an unknown key', () => {
    const scope = { place: 'Condition', variables: true, keys: new Set(['aws:sourcearn']) };
    expect(() => compileConditions({ StringEquals: { 'aws:SourceIp': ['127.0.0.1'] } }, scope)).toThrow(
      'Condition.StringEquals: condition key "aws:SourceIp" is unknown, use one of aws:sourcearn',
    );
  });
});
