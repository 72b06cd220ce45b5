import { expect, test } from 'vitest';
import { prettyJson } from '../lib/json.ts';

test.each([
  {},
  [],
  [[], {}, [{}]],
  { a: [1, [2, { b: null }], 'c: [d], {e}'], 'f"\\': true, g: { h: -1.5e3 } },
  'text',
  7,
])('prettyJson indents %j like JSON.stringify', (value) => {
  expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
});

test('prettyJson keeps numbers, escapes and repeated names as written', () => {
  const text = '{"a":1.0, "a" : 1e400,"big":12345678901234567890,\r\n"\\u0041":"\\u001b"}';
  expect(prettyJson(text)).toBe(
    '{\n  "a": 1.0,\n  "a": 1e400,\n  "big": 12345678901234567890,\n  "\\u0041": "\\u001b"\n}',
  );
});

test('prettyJson returns undefined for text that is not JSON', () => {
  expect(prettyJson('{"a":1')).toBeUndefined();
  expect(prettyJson('')).toBeUndefined();
});
