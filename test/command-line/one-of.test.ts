import { expect, test } from 'vitest';
import { oneOf } from '../../lib/command-line/one-of.ts';
import { UsageError } from '../../lib/command-line/usage-error.ts';

const FORMATS = ['ndjson', 'json', 'csv'] as const;

test('a choice is taken as it is', () => {
  expect(FORMATS.map((format) => oneOf('--format', format, FORMATS))).toEqual(FORMATS);
});

test.each([
  ['JSON', 'JSON'],
  ['', 'nothing'],
  [undefined, 'nothing'],
])('what is none is refused with the option, the choices and the value: %j', (text, shown) => {
  const message = `--format: must be ndjson, json or csv, received ${shown}`;
  expect(() => oneOf('--format', text, FORMATS)).toThrow(new UsageError(message));
});
