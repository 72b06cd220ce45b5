import { expect, test } from 'vitest';
import { replaceParameters } from '../../lib/database/named-parameters.ts';

const namesIn = (sql: string): string[] => {
  const names: string[] = [];
  replaceParameters(sql, (name) => {
    names.push(name);
    return '';
  });
  return names;
};

test('each name is replaced where it stands', () => {
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
  ['a type cast', 'SELECT x::text'],
  ['an assignment', 'x := 1'],
  ['a time', 'SELECT 10:30'],
])('%s holds no parameter', (_, sql) => {
  expect(namesIn(sql)).toEqual([]);
  expect(namesIn(`${sql}\n, :after`)).toEqual(['after']);
});
