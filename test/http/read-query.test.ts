import { expect, test } from 'vitest';
import { readQuery } from '../../lib/http/read-query.ts';
import { InvalidInputError } from '../../lib/invalid-input-error.ts';

test('parameters are read by name, decoded', () => {
  expect(readQuery({ rawQueryString: 'from=2026-11-01&name=Zo%C3%AB+D&empty=' })).toEqual({
    from: '2026-11-01',
    name: 'Zoë D',
    empty: '',
  });
  expect(readQuery({ rawQueryString: '' })).toEqual({});
});

test('each parameter that is given more than once is named, with its number of values and the first three', () => {
  const rawQueryString = 'a=1&b=1&a=2&c=x&c=y&a=3&a=4';
  expect(() => readQuery({ rawQueryString })).toThrow(
    new InvalidInputError(
      '"a": must be given once, received 4 values: "1", "2", "3"; ' +
        '"c": must be given once, received 2 values: "x", "y"',
    ),
  );
});
