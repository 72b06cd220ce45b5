import { expect, test } from 'vitest';
import { oneOf, parseOptions, UsageError, wholeNumber } from '../../program/options.ts';

const OPTIONS = { port: { type: 'string' }, exit: { type: 'boolean' } } as const;

test('reads options by name', () => {
  expect({ ...parseOptions(['--port', '80', '--exit'], OPTIONS) }).toEqual({ port: '80', exit: true });
});

test.each([
  [['--prt', '80'], '--prt'],
  [['80'], '80'],
  [['--port'], '--port'],
])('throws a usage error that names the unknown or incomplete argument: %j', (args, named) => {
  expect(() => parseOptions(args, OPTIONS)).toThrow(UsageError);
  expect(() => parseOptions(args, OPTIONS)).toThrow(named);
});

const FORMATS = ['ndjson', 'json', 'csv'] as const;

test('accepts each of the choices of an option', () => {
  expect(FORMATS.map((format) => oneOf('--format', format, FORMATS))).toEqual(FORMATS);
});

test.each([
  ['JSON', 'JSON'],
  ['', 'nothing'],
  [undefined, 'nothing'],
])('rejects %j with the option, the choices and the value received', (text, shown) => {
  const message = `--format: must be ndjson, json or csv, received ${shown}`;
  expect(() => oneOf('--format', text, FORMATS)).toThrow(new UsageError(message));
});

test.each([
  ['1', 1],
  ['0042', 42],
  ['65535', 65_535],
])('accepts %s as a whole number within the range', (text, value) => {
  expect(wholeNumber('--port', text, 1, 65_535)).toBe(value);
});

test.each(['0', '65536', '1.5', '-1', '+1', '1e3', '0x10', ' 1', '1 ', 'one', '１'])(
  'rejects %j as a whole number, with the option, the range and the value received',
  (text) => {
    const message = `--port: must be a whole number from 1 to 65,535, received ${text}`;
    expect(() => wholeNumber('--port', text, 1, 65_535)).toThrow(new UsageError(message));
  },
);

test('reports an empty value of an option as nothing', () => {
  const refusal = new UsageError('--count: must be a whole number from 1,000 to 2,000, received nothing');
  expect(() => wholeNumber('--count', '', 1_000, 2_000)).toThrow(refusal);
  expect(refusal.name).toBe('UsageError');
});
