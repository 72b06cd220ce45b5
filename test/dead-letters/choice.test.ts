import { describe, expect, test } from 'vitest';
import { type Choice, choose, missingFailures } from '../../lib/dead-letters/choice.ts';
import type { DeadLetter } from '../../lib/dead-letters/dead-letter.ts';
import { groupDeadLetters } from '../../lib/dead-letters/group-dead-letters.ts';
import { oldestFirst } from '../../lib/dead-letters/oldest-first.ts';

const letter = (id: string, code: string, order_id: string | null = `o-${id}`, second = 0): DeadLetter => ({
  id,
  queue: 'order',
  reason: { code, text: `${code} in words` },
  errors: [],
  order_id,
  body: '',
  attributes: {},
  sent_at: new Date(Date.UTC(2026, 10, 27, 12, 0, second)).toISOString(),
});

describe('a choice', () => {
  const letters = [letter('1', 'passing'), letter('2', 'not_json', null), letter('3', 'passing')];
  test.each([
    [{}, ['1', '2', '3'], []],
    [{ reason: 'passing' }, ['1', '3'], []],
    [{ reason: 'passing', ids: ['1', '2'] }, ['1'], ['2']],
    [{ ids: ['3', 'x', '1'] }, ['1', '3'], ['x']],
    [{ ids: [] }, [], []],
    [{ orderIds: ['o-3', 'o-x'] }, ['3'], ['o-x']],
    [{ orderIds: [''] }, ['2'], ['']],
    [{ orderIds: [] }, [], []],
    [{ ids: ['1', '9'], orderIds: ['o-1', 'o-3'] }, ['1'], ['9', 'o-3']],
  ] as [Choice, string[], string[]][])(
    '%j means those that fit all of it, and tells which ids none has',
    (choice, ids, missing) => {
      const found = choose(letters, choice);
      expect(found.chosen.map(({ id }) => id)).toEqual(ids);
      expect(found.missing).toEqual(missing);
    },
  );

  test('whose ids none has says of each why that may be', () => {
    const message = 'not in the dead-letter queue, or in the hands of somebody else, or not of that reason';
    expect(missingFailures(['a', 'b'])).toEqual([
      { id: 'a', message },
      { id: 'b', message },
    ]);
  });
});

test('groups are by reason, the largest first, those of one size by code, and name the first three', () => {
  const letters = ['b', 'a', 'c', 'c', 'a', 'c', 'b', 'c', 'd'].map((code, n) => letter(`${n}`, code));
  expect(groupDeadLetters(letters)).toEqual([
    { reason: { code: 'c', text: 'c in words' }, count: 4, examples: ['2', '3', '5'] },
    { reason: { code: 'a', text: 'a in words' }, count: 2, examples: ['1', '4'] },
    { reason: { code: 'b', text: 'b in words' }, count: 2, examples: ['0', '6'] },
    { reason: { code: 'd', text: 'd in words' }, count: 1, examples: ['8'] },
  ]);
  expect(groupDeadLetters([])).toEqual([]);
});

test('letters are sorted by when they were sent, those of one moment by id', () => {
  const letters = [
    letter('b', '', null, 1),
    letter('z', '', null, 0),
    letter('a', '', null, 1),
    letter('a', '', null, 2),
  ];
  expect(oldestFirst(letters).map(({ id, sent_at }) => `${id} ${sent_at.slice(17, 19)}`)).toEqual([
    'z 00',
    'a 01',
    'b 01',
    'a 02',
  ]);
});
