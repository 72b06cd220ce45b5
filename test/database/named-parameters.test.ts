import { describe, expect, test } from 'vitest';
import { checkParameters, replaceParameters } from '../../lib/database/named-parameters.ts';
import { DatabaseError } from '../../lib/errors.ts';

const namesIn = (sql: string): string[] => {
  const names: string[] = [];
  replaceParameters(sql, (name) => {
    names.push(name);
    return '';
  });
  return names;
};

test('replaceParameters replaces each name in place', () => {
  const sql = 'SELECT CAST(:a AS text)||:b_2,:A';
  expect(replaceParameters(sql, (name) => `<${name}>`)).toBe('SELECT CAST(<a> AS text)||<b_2>,<A>');
});

test.each([
  ['a text', `SELECT ':a'`],
  ['a text with a quote in it', `SELECT 'it''s :a'`],
  ['a quoted name', 'SELECT ":a"'],
  ['a comment to the end of the line', 'SELECT 1 -- :a'],
  ['a comment over lines', 'SELECT /* :a\n:b */ 1'],
  ['a function body', 'DO $$ BEGIN :a; END $$'],
  ['a function body with a tag', 'DO $body$ $$ :a $$ $body$'],
  ['a function body with a tag around quotes', `DO $body$ it's :a $body$`],
  ['a type cast', 'SELECT x::text'],
  ['an assignment', 'x := 1'],
  ['a time', 'SELECT 10:30'],
])('replaceParameters finds no parameter in %s', (_, sql) => {
  expect(namesIn(sql)).toEqual([]);
  expect(namesIn(`${sql}\n, :after`)).toEqual(['after']);
});

describe('checkParameters', () => {
  test('accepts the parameters of the statement in any order, named once or repeatedly', () => {
    expect(() => checkParameters('SELECT :a, :b, :a', { b: '1', a: '2' })).not.toThrow();
    expect(() => checkParameters('SELECT 1', {})).not.toThrow();
  });

  test.each([
    ['SELECT :a, :b', { a: '1' }, ':a, :b, received :a'],
    ['SELECT :a', { a: '1', b: '2' }, ':a, received :a, :b'],
    ['SELECT :a', {}, ':a, received none'],
    ['SELECT 1', { a: '1' }, 'none, received :a'],
  ])('throws for other parameters: %s, %j', (sql, parameters, found) => {
    const message = `parameters: must be those of the statement, ${found}`;
    const refusal = new DatabaseError('parameter_mismatch', message, false);
    expect(() => checkParameters(sql, parameters)).toThrow(refusal);
  });
});
