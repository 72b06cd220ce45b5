import { describe, expect, test } from 'vitest';
import { compileFilterPolicy, type FilterScope } from '../../../local/sns/filter-policy.ts';
import type { MessageAttributes } from '../../../local/sns/message.ts';

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const number = (value: number) => ({ DataType: 'Number', StringValue: String(value) });
const array = (...values: unknown[]) => ({ DataType: 'String.Array', StringValue: JSON.stringify(values) });

/** Returns whether a policy accepts the attributes. */
const accepts = (policy: object, attributes: MessageAttributes): boolean =>
  compileFilterPolicy(
    JSON.stringify(policy),
    'MessageAttributes',
  )({
    attributes,
    parsedBody: () => undefined,
  });

/** Returns whether a policy accepts the body. */
const acceptsBody = (policy: object, body: unknown): boolean =>
  compileFilterPolicy(JSON.stringify(policy), 'MessageBody')({ attributes: {}, parsedBody: () => body });

/** Returns whether the conditions of one key accept the attribute. */
const matches = (conditions: unknown[], key: MessageAttributes[string]): boolean =>
  accepts({ key: conditions }, { key });

describe('a condition on an attribute', () => {
  test.each([
    [['a', 'b'], text('b'), true],
    [['a', 'b'], text('A'), false],
    [['a'], array('x', 'a'), true],
    [['a'], array('x', 'y'), false],
    [[true], array('x', true), true],
    [[null], array(null), true],
    [[2], array(1, 2), true],
    [['2'], array(1, 2), false],
    [[{ prefix: 'ord' }], text('order'), true],
    [[{ prefix: 'ord' }], text('reorder'), false],
    [[{ prefix: 'ord' }], array('x', 'order'), true],
    [[{ suffix: '.csv' }], text('a.csv'), true],
    [[{ suffix: '.csv' }], text('a.csvx'), false],
    [[{ 'equals-ignore-case': 'Jane@Example.com' }], text('jANE@example.COM'), true],
    [[{ 'equals-ignore-case': 'jane' }], text('janet'), false],
    [['x', { prefix: 'a' }], text('ab'), true],
  ])('%j on %j gives %s', (conditions, attribute, expected) => {
    expect(matches(conditions, attribute)).toBe(expected);
  });

  test.each([
    [[{ 'anything-but': 'a' }], text('b'), true],
    [[{ 'anything-but': 'a' }], text('a'), false],
    [[{ 'anything-but': ['a', 'b'] }], text('b'), false],
    [[{ 'anything-but': ['a', 'b'] }], array('a', 'c'), true],
    [[{ 'anything-but': ['a', 'b'] }], array('a', 'b'), false],
    [[{ 'anything-but': [100, 500] }], number(100), false],
    [[{ 'anything-but': [100, 500] }], number(101), true],
    [[{ 'anything-but': { prefix: 'order-' } }], text('order-1'), false],
    [[{ 'anything-but': { prefix: 'order-' } }], text('stock-1'), true],
    [[{ 'anything-but': { suffix: ['.tmp', '.bak'] } }], text('a.bak'), false],
    [[{ 'anything-but': { suffix: ['.tmp', '.bak'] } }], text('a.csv'), true],
    [[{ 'anything-but': { wildcard: '*/lib/*' } }], text('dir/lib/a'), false],
    [[{ 'anything-but': { wildcard: '*/lib/*' } }], text('dir/bin/a'), true],
    [[{ 'anything-but': { 'equals-ignore-case': 'JANE' } }], text('jane'), false],
  ])('%j on %j gives %s', (conditions, attribute, expected) => {
    expect(matches(conditions, attribute)).toBe(expected);
  });

  test.each([
    [[301.5], number(301.5), true],
    [[301.5], { DataType: 'Number', StringValue: '3.015e2' }, true],
    [[301.5], text('301.5'), false],
    [['301.5'], number(301.5), false],
    [[{ numeric: ['=', 5] }], number(5), true],
    [[{ numeric: ['<', 5] }], number(5), false],
    [[{ numeric: ['<=', 5] }], number(5), true],
    [[{ numeric: ['>', -1] }], number(0), true],
    [[{ numeric: ['>=', 5] }], number(4.99), false],
    [[{ numeric: ['>', 0, '<=', 150] }], number(150), true],
    [[{ numeric: ['>', 0, '<=', 150] }], number(0), false],
    [[{ numeric: ['>', 0] }], text('7'), false],
    [[{ numeric: ['>', 0] }], array('7', 7), true],
    [[{ numeric: ['>', 0] }], array('7'), false],
    [[{ numeric: ['>', 0] }], { DataType: 'Number.int', StringValue: '7' }, true],
  ])('%j compares numbers only: on %j it gives %s', (conditions, attribute, expected) => {
    expect(matches(conditions, attribute)).toBe(expected);
  });

  test.each([
    ['10.0.0.0/24', '10.0.0.255', true],
    ['10.0.0.0/24', '10.0.1.0', false],
    ['10.0.0.0/24', 'not an address', false],
    ['2001:db8::/32', '2001:db8::1', true],
    ['2001:db8::/32', '10.0.0.1', false],
  ])('cidr %s on %s gives %s', (cidr, address, expected) => {
    expect(matches([{ cidr }], text(address))).toBe(expected);
  });

  test.each([
    ['*.csv', 'a/b.csv', true],
    ['*.csv', 'a.csv.gz', false],
    ['in/*/x*.csv', 'in/2026/x-1.csv', true],
    ['in/*/x*.csv', 'in/x.csv', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*b', 'ab', false],
    ['plain', 'plain', true],
    ['1\\*2*', '1*2=2', true],
    ['1\\*2*', '1x2=2', false],
  ])('wildcard %s on %s gives %s', (wildcard, value, expected) => {
    expect(matches([{ wildcard }], text(value))).toBe(expected);
  });

  test('exists tells present attributes from absent ones, and ignores binary attributes', () => {
    expect(accepts({ key: [{ exists: true }] }, { key: text('x') })).toBe(true);
    expect(accepts({ key: [{ exists: true }] }, { other: text('x') })).toBe(false);
    expect(accepts({ key: [{ exists: false }] }, {})).toBe(true);
    expect(accepts({ key: [{ exists: false }] }, { key: text('x') })).toBe(false);
    expect(accepts({ key: [{ exists: false }, 'a'] }, { key: text('a') })).toBe(true);
    expect(accepts({ key: [{ exists: true }] }, { key: { DataType: 'Binary', BinaryValue: 'AA==' } })).toBe(
      false,
    );
  });

  test('accepts no absent attribute, not even with anything-but', () => {
    expect(accepts({ key: [{ 'anything-but': 'a' }] }, {})).toBe(false);
    expect(accepts({ key: [{ 'anything-but': 'a' }, { exists: false }] }, {})).toBe(true);
    expect(accepts({ toString: ['a'] }, {})).toBe(false);
  });

  test('accepts no String.Array attribute that is not a JSON array', () => {
    expect(matches(['[a'], { DataType: 'String.Array', StringValue: '[a' })).toBe(false);
    expect(matches(['a'], { DataType: 'String.Array', StringValue: '"a"' })).toBe(false);
  });
});

describe('a policy with several keys', () => {
  test('accepts a message that all of them accept', () => {
    const policy = { store: ['a'], price: [{ numeric: ['>', 100] }] };
    expect(accepts(policy, { store: text('a'), price: number(101), more: text('x') })).toBe(true);
    expect(accepts(policy, { store: text('a'), price: number(99) })).toBe(false);
    expect(accepts(policy, { store: text('a') })).toBe(false);
  });

  test('and $or accepts a message that one of the alternatives accepts', () => {
    const policy = { source: ['s'], $or: [{ metric: ['CPU'] }, { space: ['EC2'] }] };
    expect(accepts(policy, { source: text('s'), metric: text('CPU') })).toBe(true);
    expect(accepts(policy, { source: text('s'), space: text('EC2') })).toBe(true);
    expect(accepts(policy, { source: text('s'), metric: text('disk') })).toBe(false);
    expect(accepts(policy, { metric: text('CPU') })).toBe(false);
  });

  test('can nest $or', () => {
    const policy = { $or: [{ a: ['1'] }, { b: ['1'], $or: [{ c: ['1'] }, { d: ['1'] }] }] };
    expect(accepts(policy, { a: text('1') })).toBe(true);
    expect(accepts(policy, { b: text('1'), d: text('1') })).toBe(true);
    expect(accepts(policy, { b: text('1') })).toBe(false);
  });

  test('treats $or as a name if it has one alternative or a reserved name', () => {
    expect(accepts({ $or: [{ prefix: 'ab' }, { suffix: 'yz' }] }, { $or: text('abc') })).toBe(true);
    expect(accepts({ $or: [{ prefix: 'ab' }, { suffix: 'yz' }] }, {})).toBe(false);
    expect(() => accepts({ $or: [{ a: ['1'] }] }, {})).toThrow('Unrecognized match type a');
  });
});

describe('a policy on the message body', () => {
  test('matches nested keys', () => {
    const policy = { order: { id: [{ prefix: 'big-' }], total: [{ numeric: ['>=', 10] }] } };
    expect(acceptsBody(policy, { order: { id: 'big-1', total: 10 } })).toBe(true);
    expect(acceptsBody(policy, { order: { id: 'big-1', total: '10' } })).toBe(false);
    expect(acceptsBody(policy, { order: { id: 'big-1' } })).toBe(false);
    expect(acceptsBody(policy, { order: 'big-1' })).toBe(false);
  });

  test('matches strings, numbers, booleans and null by type', () => {
    expect(acceptsBody({ key: [true] }, { key: true })).toBe(true);
    expect(acceptsBody({ key: [true] }, { key: 'true' })).toBe(false);
    expect(acceptsBody({ key: [null] }, { key: null })).toBe(true);
    expect(acceptsBody({ key: [null] }, {})).toBe(false);
    expect(acceptsBody({ key: ['a'] }, { key: ['x', ['a']] })).toBe(true);
  });

  test('fulfills all conditions on an array with one of its objects', () => {
    const policy = { items: { name: ['pen'], count: [2] } };
    expect(acceptsBody(policy, { items: [{ name: 'ink' }, { name: 'pen', count: 2 }] })).toBe(true);
    expect(
      acceptsBody(policy, {
        items: [
          { name: 'pen', count: 1 },
          { name: 'ink', count: 2 },
        ],
      }),
    ).toBe(false);
  });

  test('applies exists to leaves, also below an absent key', () => {
    expect(acceptsBody({ a: { b: [{ exists: false }] } }, {})).toBe(true);
    expect(acceptsBody({ a: { b: [{ exists: true }] } }, { a: { b: 0 } })).toBe(true);
    expect(acceptsBody({ a: [{ exists: true }] }, { a: { b: 0 } })).toBe(false);
    expect(acceptsBody({ a: [{ exists: true }] }, { a: [] })).toBe(false);
  });

  test('combines nested keys with $or', () => {
    const policy = { order: { $or: [{ id: ['1'] }, { total: [5] }] } };
    expect(acceptsBody(policy, { order: { total: 5 } })).toBe(true);
    expect(acceptsBody(policy, { order: { total: 6 } })).toBe(false);
  });

  test.each([[undefined], ['text'], [7], [null], [[{ key: 'a' }]]])(
    'accepts no body that is not an object: %j',
    (body) => {
      expect(acceptsBody({ key: ['a'] }, body)).toBe(false);
      expect(acceptsBody({ key: [{ exists: false }] }, body)).toBe(false);
    },
  );
});

describe('a malformed policy is refused', () => {
  const refusal = (policy: string, scope: FilterScope = 'MessageAttributes') => {
    try {
      compileFilterPolicy(policy, scope, 'Attributes Reason: ');
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test.each([
    ['not JSON', 'failed to parse JSON'],
    ['["a"]', 'must be an object'],
    ['{"key":"a"}', '"key" must be an object or an array'],
    ['{"key":[]}', 'Empty arrays are not allowed'],
    ['{"key":[["a"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"key":[{}]}', 'Only one key allowed in match expression'],
    ['{"key":[{"prefix":"a","suffix":"b"}]}', 'Only one key allowed in match expression'],
    ['{"key":[{"like":"a"}]}', 'Unrecognized match type like'],
    ['{"key":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"key":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"key":[{"numeric":[]}]}', 'Invalid member in numeric match: ]'],
    ['{"key":[{"numeric":["~",1]}]}', 'Unrecognized numeric range operator: ~'],
    ['{"key":[{"numeric":["=","1"]}]}', 'Value of equals must be numeric'],
    ['{"key":[{"numeric":["<",1,">",0]}]}', 'Too many elements in numeric expression'],
    ['{"key":[{"numeric":[">",1,">",2]}]}', 'Bad numeric range operator: >'],
    ['{"key":[{"numeric":[">",2,"<",1]}]}', 'Bottom must be less than top'],
    ['{"key":[{"numeric":[">",1,"<",2,"<",3]}]}', 'Too many terms in numeric range expression'],
    ['{"key":[1000000001]}', 'between -1.0E9 and 1.0E9'],
    ['{"key":[{"cidr":"10.0.0.1"}]}', "Malformed CIDR, one '/' required"],
    ['{"key":[{"cidr":"10.0.0/8"}]}', 'Nonstandard IP address: 10.0.0'],
    ['{"key":[{"cidr":"10.0.0.0/33"}]}', 'mask bits'],
    ['{"key":[{"anything-but":[1,"a"]}]}', 'mixed type is not supported'],
    ['{"key":[{"anything-but":[]}]}', 'either all values are number or string'],
    ['{"key":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}', 'Unsupported anything-but pattern: cidr'],
    ['{"key":[{"wildcard":"a**"}]}', 'Consecutive wildcard characters'],
    ['{"key":[{"wildcard":"*a*b*c*"}]}', 'at most 3 wildcard characters'],
    ['{"key":[{"wildcard":"a\\\\b"}]}', 'Invalid escape character'],
    ['{"order":{"id":["a"]}}', 'MessageAttributes does not support nested filter policy'],
  ])('%s: %s', (policy, reason) => {
    expect(refusal(policy)).toMatchObject({
      code: 'InvalidParameter',
      status: 400,
      message: expect.stringContaining(reason),
    });
    expect(refusal(policy)).toHaveProperty(
      'message',
      expect.stringMatching(/^Invalid parameter: Attributes Reason: FilterPolicy: /),
    );
  });

  test('if it has more than five keys, which nested keys and alternatives count towards', () => {
    const five = { a: ['1'], b: ['1'], c: ['1'], d: ['1'], $or: [{ e: ['1'] }, { e: ['2'] }] };
    expect(refusal(JSON.stringify(five))).toBe(undefined);
    expect(refusal(JSON.stringify({ ...five, f: ['1'] }))).toHaveProperty(
      'message',
      expect.stringContaining('can not have more than 5 keys'),
    );
    const nested = { a: { b: ['1'], c: ['1'], d: ['1'] }, e: { f: ['1'], g: ['1'], h: ['1'] } };
    expect(refusal(JSON.stringify(nested), 'MessageBody')).toHaveProperty(
      'message',
      expect.stringContaining('can not have more than 5 keys'),
    );
  });

  test('if it has more than 150 combinations, for which nested values count once a level', () => {
    const values = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
    expect(refusal(JSON.stringify({ a: values(150) }))).toBe(undefined);
    const tooComplex = { message: expect.stringContaining('Filter policy is too complex') };
    expect(refusal(JSON.stringify({ a: values(151) }))).toMatchObject(tooComplex);
    expect(refusal(JSON.stringify({ a: values(15), b: values(11) }))).toMatchObject(tooComplex);
    // AWS's example: 3 x 4 x 2 x 3 = 72.
    const nested = { a: { b: { c: values(4) } }, d: { e: values(3) } };
    expect(refusal(JSON.stringify(nested), 'MessageBody')).toBe(undefined);
    expect(refusal(JSON.stringify({ ...nested, f: values(3) }), 'MessageBody')).toMatchObject(tooComplex);
  });
});
