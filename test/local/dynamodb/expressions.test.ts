import { describe, expect, test } from 'vitest';
import { isMet } from '../../../local/dynamodb/expressions/condition.ts';
import { Expressions } from '../../../local/dynamodb/expressions/expressions.ts';
import { project } from '../../../local/dynamodb/expressions/projection.ts';
import { applyUpdate } from '../../../local/dynamodb/expressions/update.ts';
import type { Item, Value } from '../../../local/dynamodb/values.ts';

const S = (S: string): Value => ({ S });
const N = (N: string): Value => ({ N });

const ITEM: Item = {
  id: S('a'),
  n: N('5'),
  s: S('hello'),
  b: { B: 'AQID' },
  yes: { BOOL: true },
  none: { NULL: true },
  ss: { SS: ['x', 'y'] },
  ns: { NS: ['1', '2.5'] },
  l: { L: [S('x'), N('7'), { L: [] }] },
  m: { M: { k: N('1'), deep: { M: { z: S('end') } } } },
};

const VALUES: Record<string, Value> = {
  ':one': N('1'),
  ':five': N('5'),
  ':six': N('6'),
  ':seven': N('7'),
  ':x': S('x'),
  ':he': S('he'),
  ':ello': S('ello'),
  ':bytes': { B: 'AQI=' },
  ':true': { BOOL: true },
  ':N': S('N'),
  ':Q': S('Q'),
  ':set': { SS: ['y', 'x'] },
  ':map': { M: { z: S('end') } },
};

/** Creates the expressions of a request with the values that their texts use. */
function expressionsOf(request: Record<string, unknown>, values = VALUES) {
  const text = Object.values(request)
    .filter((value) => typeof value === 'string')
    .join(' ');
  const used = Object.entries(values).filter(([key]) => new RegExp(`${key}\\b`).test(text));
  const ExpressionAttributeValues = used.length > 0 ? Object.fromEntries(used) : undefined;
  return new Expressions({ ...request, ExpressionAttributeValues }, [
    'ConditionExpression',
    'UpdateExpression',
  ]);
}

function meets(
  ConditionExpression: string,
  item: Item | undefined = ITEM,
  names?: Record<string, string>,
): boolean {
  const expressions = expressionsOf({ ConditionExpression, ExpressionAttributeNames: names });
  const condition = expressions.condition('ConditionExpression');
  expressions.refuseUnused();
  return condition !== undefined && isMet(condition, item, expressions.bindings);
}

describe('a condition', () => {
  test.each([
    'n = :five',
    'n <> :six',
    'n < :six',
    'n <= :five',
    'n > :one',
    'n >= :five',
    ':one < n',
    'n BETWEEN :one AND :six',
    'n between :five and :five',
    'n IN (:one, :five)',
    'NOT n = :six',
    'NOT (n = :six OR n = :one)',
    'n = :five OR n = :six AND n = :one',
    '(n = :one OR n = :five) AND s >= :he',
    'n = :five and not n = :one',
    'attribute_exists(m.deep.z)',
    'attribute_exists(l[2])',
    'attribute_not_exists(m.nothing)',
    'attribute_not_exists(l[3])',
    'attribute_not_exists(toString)',
    'attribute_type(n, :N)',
    'begins_with(s, :he)',
    'begins_with(b, :bytes)',
    'contains(s, :ello)',
    'contains(b, :bytes)',
    'contains(ss, :x)',
    'contains(ns, :one)',
    'contains(l, :seven)',
    'size(s) = :five',
    'size(b) > :one',
    'size(ss) > :one',
    'size(l) < :five',
    'size(m) > :one',
    'ss = :set',
    'm.deep = :map',
    'l[0] = :x',
    'm . k = :one',
    'yes = :true',
    'absent <> :one',
    's <> :five',
  ])('%s is met', (condition) => {
    expect(meets(condition)).toBe(true);
  });

  test.each([
    'n = :six',
    'n <> :five',
    'n < :five',
    'n > :five',
    'n BETWEEN :six AND :seven',
    'n IN (:one, :six)',
    's = :five',
    's < :five',
    'absent = :one',
    'absent < :one',
    'attribute_exists(toString)',
    'attribute_exists(m.k.z)',
    'attribute_exists(l.k)',
    'attribute_type(s, :N)',
    'begins_with(s, :ello)',
    'begins_with(absent, :he)',
    'contains(n, :five)',
    'contains(ss, :one)',
    'size(n) = :one',
    'size(absent) = :one',
  ])('%s is not met', (condition) => {
    expect(meets(condition)).toBe(false);
  });

  test('names stand for attributes, also ones with dots', () => {
    expect(meets('#a.#b = :one', ITEM, { '#a': 'm', '#b': 'k' })).toBe(true);
    expect(meets('#a = :one', { 'm.k': N('1') }, { '#a': 'm.k' })).toBe(true);
  });

  test('on an item that does not exist sees no attributes', () => {
    expect(meets('attribute_not_exists(id)', {})).toBe(true);
    expect(meets('id = :x OR attribute_exists(id)', {})).toBe(false);
  });

  test('of one text uses the names and values of its own request', () => {
    const condition = (name: string, value: Value) => {
      const request = {
        ConditionExpression: '#0 = :0',
        ExpressionAttributeNames: { '#0': name },
        ExpressionAttributeValues: { ':0': value },
      };
      const expressions = new Expressions(request, ['ConditionExpression']);
      const parsed = expressions.condition('ConditionExpression');
      return parsed && isMet(parsed, ITEM, expressions.bindings);
    };
    expect(condition('n', N('5'))).toBe(true);
    expect(condition('s', N('5'))).toBe(false);
    expect(condition('s', S('hello'))).toBe(true);
  });

  test.each([
    ['', 'The expression can not be empty;'],
    ['n = ', 'Syntax error; token: "<EOF>", near: "="'],
    ['n == :one', 'Syntax error; token: "=", near: "== :one"'],
    ['n = :one)', 'Syntax error; token: ")", near: ":one)"'],
    ['n ! :one', 'Syntax error; token: "!", near: "n ! :one"'],
    ['n = 5', 'Syntax error; token: "5", near: "= 5"'],
    ['((n = :one))', 'The expression has redundant parentheses;'],
    ['size(n)', 'The function is not allowed to be used this way in an expression; function: size'],
    ['unknown(n)', 'Invalid function name; function: unknown'],
    [
      'attribute_exists(:one)',
      'Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      'contains(n)',
      'Incorrect number of operands for operator or function; operator or function: contains, number of operands: 1',
    ],
    [
      'begins_with(s, :one)',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    ['n < :true', 'Incorrect operand type for operator or function; operator: <, operand type: BOOL'],
    [
      'n = n',
      'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]',
    ],
    [
      'attribute_type(n, :Q)',
      'Invalid attribute type name found; type: Q, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
    ],
    [
      'n BETWEEN :six AND :one',
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:6}, upper bound operand: AttributeValue: {N:1}',
    ],
    ['status = :one', 'Attribute name is a reserved keyword; reserved keyword: status'],
    [
      '#a = :one',
      'An expression attribute name used in the document path is not defined; attribute name: #a',
    ],
    [
      'n = :absent',
      'An expression attribute value used in expression is not defined; attribute value: :absent',
    ],
  ])('%s is refused', (condition, message) => {
    expect(() => meets(condition)).toThrow(
      expect.objectContaining({
        code: 'ValidationException',
        message: `Invalid ConditionExpression: ${message}`,
      }),
    );
  });

  test.each([
    [
      { ExpressionAttributeNames: { '#a': 'n', '#b': 's' }, ConditionExpression: 'attribute_exists(#a)' },
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}',
    ],
    [
      { ExpressionAttributeValues: { ':a': N('1'), ':b': N('2') }, ConditionExpression: 'n = :a' },
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}',
    ],
    [
      { ExpressionAttributeNames: { '#a': 'n' } },
      'ExpressionAttributeNames can only be specified when using expressions',
    ],
    [
      { ExpressionAttributeValues: { ':a': N('1') } },
      'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
    ],
    [
      { ExpressionAttributeValues: { a: N('1') }, ConditionExpression: 'n = :a' },
      'ExpressionAttributeValues contains invalid key: Syntax error; key: "a"',
    ],
    [
      { ExpressionAttributeValues: { ':a': N('many') }, ConditionExpression: 'n = :a' },
      'ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: many for key :a',
    ],
    [
      { ExpressionAttributeNames: {}, ConditionExpression: 'attribute_exists(n)' },
      'ExpressionAttributeNames must not be empty',
    ],
  ])('%j is refused for its placeholders', (request, message) => {
    const read = () => {
      const expressions = new Expressions(request, ['ConditionExpression']);
      expressions.condition('ConditionExpression');
      expressions.refuseUnused();
    };
    expect(read).toThrow(expect.objectContaining({ code: 'ValidationException', message }));
  });
});

function update(UpdateExpression: string, values: Record<string, Value> = {}): Item {
  const expressions = expressionsOf({ UpdateExpression }, values);
  const parsed = expressions.update();
  expressions.refuseUnused();
  if (!parsed) throw new Error('no update');
  const before = structuredClone(ITEM);
  const next = applyUpdate(ITEM, parsed, expressions.bindings);
  expect(ITEM).toEqual(before);
  return next;
}

describe('an update', () => {
  test.each<[string, Record<string, Value>, Item]>([
    ['SET n = :v', { ':v': S('new') }, { n: S('new') }],
    ['SET n = n + :v', { ':v': N('0.1') }, { n: N('5.1') }],
    ['SET n = n - :v', { ':v': N('10') }, { n: N('-5') }],
    ['SET c = if_not_exists(c, :zero) + :v', { ':zero': N('0'), ':v': N('2') }, { c: N('2') }],
    ['SET n = if_not_exists(n, :v)', { ':v': N('2') }, { n: N('5') }],
    [
      'SET l = list_append(l, :v)',
      { ':v': { L: [N('1')] } },
      { l: { L: [S('x'), N('7'), { L: [] }, N('1')] } },
    ],
    [
      'SET l = list_append(:v, l)',
      { ':v': { L: [N('1')] } },
      { l: { L: [N('1'), S('x'), N('7'), { L: [] }] } },
    ],
    ['SET l[0] = :v', { ':v': N('1') }, { l: { L: [N('1'), N('7'), { L: [] }] } }],
    ['SET l[9] = :v', { ':v': N('1') }, { l: { L: [S('x'), N('7'), { L: [] }, N('1')] } }],
    ['SET m.deep.z = :v', { ':v': N('1') }, { m: { M: { k: N('1'), deep: { M: { z: N('1') } } } } }],
    ['SET n = s, s = n', {}, { n: S('hello'), s: N('5') }],
    ['REMOVE l[0], l[1]', {}, { l: { L: [{ L: [] }] } }],
    ['SET l[2] = :v REMOVE l[0]', { ':v': N('1') }, { l: { L: [N('7'), N('1')] } }],
    ['REMOVE m.k', {}, { m: { M: { deep: { M: { z: S('end') } } } } }],
    ['ADD n :v', { ':v': N('-6') }, { n: N('-1') }],
    ['ADD c :v', { ':v': N('1') }, { c: N('1') }],
    ['ADD ss :v', { ':v': { SS: ['y', 'z'] } }, { ss: { SS: ['x', 'y', 'z'] } }],
    ['DELETE ss :v', { ':v': { SS: ['y', 'z'] } }, { ss: { SS: ['x'] } }],
    [
      'set n = :v add c :v delete ss :w',
      { ':v': N('1'), ':w': { SS: ['x'] } },
      { n: N('1'), c: N('1'), ss: { SS: ['y'] } },
    ],
  ])('%s changes only its attributes', (expression, values, changed) => {
    expect(update(expression, values)).toEqual({ ...ITEM, ...changed });
  });

  test('removes attributes, and sets of which nothing is left', () => {
    const { n, ss, ...rest } = ITEM;
    expect(update('REMOVE n, absent DELETE ss :v', { ':v': { SS: ['x', 'y'] } })).toEqual(rest);
  });

  test.each<[string, Record<string, Value>, string]>([
    ['SET n = absent', {}, 'The provided expression refers to an attribute that does not exist in the item'],
    ['SET n = s + :v', { ':v': N('1') }, 'An operand in the update expression has an incorrect data type'],
    ['ADD s :v', { ':v': N('1') }, 'An operand in the update expression has an incorrect data type'],
    [
      'SET absent.x = :v',
      { ':v': N('1') },
      'The document path provided in the update expression is invalid for update',
    ],
    [
      'SET n.x = :v',
      { ':v': N('1') },
      'The document path provided in the update expression is invalid for update',
    ],
    [
      'SET m[0] = :v',
      { ':v': N('1') },
      'The document path provided in the update expression is invalid for update',
    ],
    ['', {}, 'Invalid UpdateExpression: The expression can not be empty;'],
    ['PUT n = :v', { ':v': N('1') }, 'Invalid UpdateExpression: Syntax error; token: "PUT", near: "PUT n"'],
    [
      'SET n = :v SET s = :v',
      { ':v': N('1') },
      'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
    ],
    [
      'SET m = :v, m.k = :v',
      { ':v': N('1') },
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, k]',
    ],
    [
      'ADD n :v',
      { ':v': S('1') },
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND',
    ],
  ])('%s is refused', (expression, values, message) => {
    expect(() => update(expression, values)).toThrow(
      expect.objectContaining({ code: 'ValidationException', message }),
    );
  });
});

describe('a projection', () => {
  const projected = (ProjectionExpression: string) => {
    const projection = new Expressions({ ProjectionExpression }, []).projection();
    return projection && project(ITEM, projection);
  };

  test('returns the attributes and parts of documents that exist', () => {
    expect(projected('id, absent, m.deep, l[2], l[0], m.nothing, n.x')).toEqual({
      id: S('a'),
      m: { M: { deep: { M: { z: S('end') } } } },
      l: { L: [S('x'), { L: [] }] },
    });
  });

  test('refuses overlapping paths', () => {
    expect(() => projected('m, m.deep')).toThrow(
      'Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, deep]',
    );
  });
});
