import { expect, test } from 'vitest';
import { oneOf, parseOptions, UsageError, wholeNumber } from '../../program/options.ts';

const OPTIONS = { port: { type: 'string' }, exit: { type: 'boolean' } } as const;

test('options are read by name', () => {
  expect({ ...parseOptions(['--port', '80', '--exit'], OPTIONS) }).toEqual({ port: '80', exit: true });
});

test.each([
  [['--prt', '80'], '--prt'],
  [['80'], '80'],
  [['--port'], '--port'],
])('what is not known, or lacks its value, is a usage error that names it: %j', (args, named) => {
  expect(() => parseOptions(args, OPTIONS)).toThrow(UsageError);
  expect(() => parseOptions(args, OPTIONS)).toThrow(named);
});

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

test.each([
  ['1', 1],
  ['0042', 42],
  ['65535', 65_535],
])('%s is a whole number of the range', (text, value) => {
  expect(wholeNumber('--port', text, 1, 65_535)).toBe(value);
});

test.each(['0', '65536', '1.5', '-1', '+1', '1e3', '0x10', ' 1', '1 ', 'one', '１'])(
  'what is not one is refused with the option, the rule and the value: %j',
  (text) => {
    const message = `--port: must be a whole number from 1 to 65,535, received ${text}`;
    expect(() => wholeNumber('--port', text, 1, 65_535)).toThrow(new UsageError(message));
  },
);

test('an empty value is called nothing', () => {
  const refusal = new UsageError('--count: must be a whole number from 1,000 to 2,000, received nothing');
  expect(() => wholeNumber('--count', '', 1_000, 2_000)).toThrow(refusal);
  expect(refusal.name).toBe('UsageError');
});
