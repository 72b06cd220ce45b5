import { describe, expect, test } from 'vitest';
import { type ParsedItem, storeBatch } from '../../lib/records/store-batch.ts';

/** A store of words, `id=text`; a record without a `=` is poison. */
function startStore(failWith?: unknown) {
  const batches: string[][] = [];
  const parse = (body: string): ParsedItem<string> =>
    body.includes('=')
      ? { ok: true, item: body }
      : {
          ok: false,
          errors: [{ path: 'word', code: 'no_id', message: `word must have an id, received ${body}` }],
        };
  const options = {
    parse,
    idOf: (item: string) => item.split('=')[0] ?? '',
    store: async (items: string[]) => {
      batches.push(items);
      if (failWith !== undefined) throw failWith;
      return items.length;
    },
  };
  const put = (...bodies: string[]) =>
    storeBatch(
      bodies.map((body) => ({ body })),
      options,
    );
  return { batches, put };
}

const poison = (body: string) => ({
  ok: false,
  error: new Error(`word must have an id, received ${body}`),
  retryInSeconds: 1,
});

describe('a batch', () => {
  test('is stored in one go', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', '2=b')).toEqual({
      outcomes: [{ ok: true }, { ok: true }],
      ids: ['1', '2'],
      stored: 2,
      rejected: [],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test('that holds an item twice stores the first of it, and is done with both', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', '2=b', '1=c')).toMatchObject({
      outcomes: [{ ok: true }, { ok: true }, { ok: true }],
      ids: ['1', '2'],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test('with poison stores the rest; the poison fails alone, comes back soon, and says why', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', 'poison', '2=b')).toEqual({
      outcomes: [{ ok: true }, poison('poison'), { ok: true }],
      ids: ['1', '2'],
      stored: 2,
      rejected: [[{ path: 'word', code: 'no_id', message: 'word must have an id, received poison' }]],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test.each([[[]], [['poison', 'venom']]])(
    'of nothing to store asks the store for nothing: %j',
    async (bodies) => {
      const { batches, put } = startStore();
      const { outcomes, ...batch } = await put(...bodies);
      expect(outcomes).toEqual(bodies.map(poison));
      expect(batch).toEqual({
        ids: [],
        rejected: bodies.map(() => [expect.objectContaining({ code: 'no_id' })]),
      });
      expect(batches).toEqual([]);
    },
  );

  test('that the store does not take fails as a whole, for as long as the visibility timeout; its poison comes back soon', async () => {
    const failure = new Error('down');
    const { put } = startStore(failure);
    const failed = { ok: false, error: failure };
    const batch = await put('1=a', 'poison', '1=a', '2=b');
    expect(batch).toEqual({
      outcomes: [failed, poison('poison'), failed, failed],
      ids: ['1', '2'],
      failure,
      rejected: [[expect.objectContaining({ code: 'no_id' })]],
    });
    expect(batch.outcomes[0]).not.toHaveProperty('retryInSeconds');
  });

  test('fails with an error whatever the store throws', async () => {
    const { failure } = await startStore('no error').put('1=a');
    expect(failure).toEqual(new Error('no error'));
  });

  test('says all that is wrong with its poison', async () => {
    const errors = ['must have an id', 'must be a word'].map((message) => ({
      path: '',
      code: 'bad',
      message,
    }));
    const { outcomes } = await storeBatch([{ body: '' }], {
      parse: () => ({ ok: false, errors }),
      idOf: String,
      store: async () => undefined,
    });
    expect(outcomes).toMatchObject([{ error: { message: 'must have an id; must be a word' } }]);
  });
});
