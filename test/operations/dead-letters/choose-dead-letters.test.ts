import { describe, expect, test } from 'vitest';
import {
  type Choice,
  choose,
  findDeadLetters,
  missingFailures,
} from '../../../operations/dead-letters/choose-dead-letters.ts';
import { type DeadLetter, oldestFirst } from '../../../operations/dead-letters/dead-letter.ts';
import { groupDeadLetters, listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

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

const open = (count: number) =>
  openScriptedPipeline({ letters: { order: Array.from({ length: count }, (_, n) => `body ${n}`) } });

describe('finding dead letters', () => {
  const letters = { order: ['junk', 'other'], shipping: ['junk'], upload: ['junk'] };

  test('by id finds them in whichever queue they are, in the order given, and gives all back', async () => {
    const { pipeline, lettersLeft } = openScriptedPipeline({ letters });
    const ids = ['shipping-dlq-0', 'order-dlq-1', 'upload-dlq-0'];
    const found = await findDeadLetters(pipeline, ids);
    expect(found.map(({ id, queue }) => [id, queue])).toEqual([
      ['shipping-dlq-0', 'shipping'],
      ['order-dlq-1', 'order'],
      ['upload-dlq-0', 'upload'],
    ]);
    expect(lettersLeft()).toHaveLength(4);
  });

  test('refuses ids that are nowhere, and names them', async () => {
    const { pipeline, lettersLeft } = openScriptedPipeline({ letters });
    await expect(findDeadLetters(pipeline, ['order-dlq-0', 'x', 'y'])).rejects.toMatchObject({
      name: 'InvalidInputError',
      message:
        'message id: must be that of a message in a dead-letter queue that nobody has in hand, received x, y',
    });
    expect(lettersLeft()).toHaveLength(4);
  });

  test('ends as soon as it has them', async () => {
    const { pipeline, receives } = open(30);
    expect(await findDeadLetters(pipeline, ['order-dlq-3'])).toHaveLength(1);
    expect(receives.filter(({ QueueUrl }) => QueueUrl?.endsWith('order-dlq'))).toHaveLength(1);
  });

  test('can be aborted', async () => {
    const { pipeline, receives } = open(30);
    await expect(findDeadLetters(pipeline, ['order-dlq-3'], { signal: AbortSignal.abort() })).rejects.toThrow(
      'received order-dlq-3',
    );
    expect(receives).toHaveLength(0);
  });
});

test('a list has groups and letters, oldest first, and keeps none', async () => {
  const { pipeline, lettersLeft } = openScriptedPipeline({ letters: { order: ['junk', '{}', 'junk'] } });
  const { seen, hidden, groups, letters } = await listDeadLetters(pipeline, 'order', { limit: 2 });
  expect({ seen, hidden, codes: groups.map(({ reason }) => reason.code) }).toMatchObject({
    seen: 2,
    hidden: 0,
  });
  expect(letters.map(({ id }) => id)).toEqual(['order-dlq-0', 'order-dlq-1']);
  expect(groups).toHaveLength(2);
  expect(lettersLeft()).toHaveLength(3);
});
