import { expect, test } from 'vitest';
import { parseOptions } from '../../lib/command-line/parse-options.ts';
import { UsageError } from '../../lib/command-line/usage-error.ts';

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
