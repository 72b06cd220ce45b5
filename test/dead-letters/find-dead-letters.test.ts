import { describe, expect, test } from 'vitest';
import { findDeadLetters } from '../../lib/dead-letters/find-dead-letters.ts';
import { listDeadLetters } from '../../lib/dead-letters/list-dead-letters.ts';
import { openScriptedPipeline } from '../pipeline/open-scripted-pipeline.ts';

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
