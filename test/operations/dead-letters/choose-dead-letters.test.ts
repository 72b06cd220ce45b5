import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test, vi } from 'vitest';
import {
  type Choice,
  choose,
  findDeadLetters,
  missingFailures,
} from '../../../operations/dead-letters/choose-dead-letters.ts';
import { type DeadLetter, oldestFirst } from '../../../operations/dead-letters/dead-letter.ts';
import { groupDeadLetters, listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { intercept } from '../../aws/intercept.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const deadLetter = (
  id: string,
  code: string,
  order_id: string | null = `o-${id}`,
  second = 0,
): DeadLetter => ({
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
  const deadLetters = [
    deadLetter('1', 'passing'),
    deadLetter('2', 'not_json', null),
    deadLetter('3', 'passing'),
  ];
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
    '%j selects the dead letters that match all of its fields, and returns the ids that match none',
    (choice, ids, missing) => {
      const found = choose(deadLetters, choice);
      expect(found.chosen.map(({ id }) => id)).toEqual(ids);
      expect(found.missing).toEqual(missing);
    },
  );

  test('gets a failure for each id that matches no dead letter', () => {
    const message = 'not found: the message was deleted, is in flight elsewhere, or has another reason';
    expect(missingFailures(['a', 'b'])).toEqual([
      { id: 'a', message },
      { id: 'b', message },
    ]);
  });
});

test('groups dead letters by reason, the largest group first, then by code, with three message ids each', () => {
  const deadLetters = ['b', 'a', 'c', 'c', 'a', 'c', 'b', 'c', 'd'].map((code, n) =>
    deadLetter(`${n}`, code),
  );
  expect(groupDeadLetters(deadLetters)).toEqual([
    { reason: { code: 'c', text: 'c in words' }, count: 4, examples: ['2', '3', '5'] },
    { reason: { code: 'a', text: 'a in words' }, count: 2, examples: ['1', '4'] },
    { reason: { code: 'b', text: 'b in words' }, count: 2, examples: ['0', '6'] },
    { reason: { code: 'd', text: 'd in words' }, count: 1, examples: ['8'] },
  ]);
  expect(groupDeadLetters([])).toEqual([]);
});

test('sorts dead letters by the time they were sent, then by id', () => {
  const deadLetters = [
    deadLetter('b', '', null, 1),
    deadLetter('z', '', null, 0),
    deadLetter('a', '', null, 1),
    deadLetter('a', '', null, 2),
  ];
  expect(oldestFirst(deadLetters).map(({ id, sent_at }) => `${id} ${sent_at.slice(17, 19)}`)).toEqual([
    'z 00',
    'a 01',
    'b 01',
    'a 02',
  ]);
});

const open = (count: number) =>
  openScriptedPipeline({ deadLetters: { order: Array.from({ length: count }, (_, n) => `body ${n}`) } });

describe('finding dead letters', () => {
  const deadLetters = { order: ['junk', 'other'], shipping: ['junk'], upload: ['junk'] };

  test('by id searches all queues, keeps the order of the ids, and releases all messages', async () => {
    const { pipeline, deadLettersLeft } = openScriptedPipeline({ deadLetters });
    const ids = ['shipping-dlq-0', 'order-dlq-1', 'upload-dlq-0'];
    const found = await findDeadLetters(pipeline, ids);
    expect(found.map(({ id, queue }) => [id, queue])).toEqual([
      ['shipping-dlq-0', 'shipping'],
      ['order-dlq-1', 'order'],
      ['upload-dlq-0', 'upload'],
    ]);
    expect(deadLettersLeft()).toHaveLength(4);
  });

  test('rejects and names ids that are in no queue', async () => {
    const { pipeline, deadLettersLeft } = openScriptedPipeline({ deadLetters });
    await expect(findDeadLetters(pipeline, ['order-dlq-0', 'x', 'y'])).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: 'message id: must be the id of a dead letter that is not in flight elsewhere, received x, y',
    });
    expect(deadLettersLeft()).toHaveLength(4);
  });

  test('stops as soon as all ids are found', async () => {
    const { pipeline, receives } = open(30);
    expect(await findDeadLetters(pipeline, ['order-dlq-3'])).toHaveLength(1);
    expect(receives.filter(({ QueueUrl }) => QueueUrl?.endsWith('order-dlq'))).toHaveLength(1);
  });

  test('returns only after its messages are visible again', async () => {
    const { pipeline, deadLettersLeft } = open(1);
    const answer = Promise.withResolvers<void>();
    const changes = intercept(
      pipeline.clients.sqs,
      ChangeMessageVisibilityBatchCommand,
      async (input, pass) => {
        await answer.promise;
        return pass(input);
      },
    );
    const ended = vi.fn<() => void>();
    const search = findDeadLetters(pipeline, ['order-dlq-0']).finally(ended);
    await vi.waitUntil(() => changes.length > 0, { timeout: 10_000 });
    expect(ended).not.toHaveBeenCalled();
    answer.resolve();
    expect(await search).toHaveLength(1);
    expect(deadLettersLeft()).toHaveLength(1);
  });

  test('stops when it is aborted', async () => {
    const { pipeline, receives } = open(30);
    await expect(findDeadLetters(pipeline, ['order-dlq-3'], { signal: AbortSignal.abort() })).rejects.toThrow(
      'received order-dlq-3',
    );
    expect(receives).toHaveLength(0);
  });
});

test('lists groups and dead letters, oldest first, and releases all messages', async () => {
  const { pipeline, deadLettersLeft } = openScriptedPipeline({
    deadLetters: { order: ['junk', '{}', 'junk'] },
  });
  const { seen, hidden, groups, letters } = await listDeadLetters(pipeline, 'order', { limit: 2 });
  expect({ seen, hidden, codes: groups.map(({ reason }) => reason.code) }).toMatchObject({
    seen: 2,
    hidden: 0,
  });
  expect(letters.map(({ id }) => id)).toEqual(['order-dlq-0', 'order-dlq-1']);
  expect(groups).toHaveLength(2);
  expect(deadLettersLeft()).toHaveLength(3);
});
