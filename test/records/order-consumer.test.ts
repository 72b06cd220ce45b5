import { describe, expect, test } from 'vitest';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { type ParsedItem, storeBatch } from '../../lib/records/order-consumer.ts';
import { seedOrder } from '../order/seed-order.ts';

/** The body of a message, `id=word`: an order with that product; without a `=` it is poison. */
function toBody(text: string): string {
  const [order_id, product_name = `poison ${text}`] = text.split('=');
  const id = text.includes('=') ? order_id : 'any';
  const order = { ...seedOrder, order_id: id, product_name };
  return JSON.stringify({ event: 'OrderConfirmed', order, confirmed_at: 1_795_771_800_000 });
}

/** A store of words, `id=word`. */
function startStore(failWith?: unknown) {
  const batches: string[][] = [];
  const parse = ({ order }: OrderConfirmed): ParsedItem<string> => {
    const [, poison] = /^poison (.*)$/.exec(order.product_name) ?? [];
    if (poison === undefined) return { ok: true, item: `${order.order_id}=${order.product_name}` };
    const message = `word must have an id, received ${poison}`;
    return { ok: false, errors: [{ path: 'word', code: 'no_id', message }] };
  };
  const store = async (items: string[]) => {
    batches.push(items);
    if (failWith !== undefined) throw failWith;
    return { stored: items.length, repeated: 0 };
  };
  const put = (...texts: string[]) =>
    storeBatch(
      texts.map((text) => ({ body: toBody(text) })),
      { parse, store },
    );
  return { batches, put };
}

const poison = (body: string) => ({
  error: new Error(`word must have an id, received ${body}`),
  retryInSeconds: 1,
});

describe('a batch', () => {
  test('is stored in one go', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', '2=b')).toEqual({
      outcomes: [{}, {}],
      ids: ['1', '2'],
      stored: { stored: 2, repeated: 0 },
      rejected: [],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test('that holds an item twice stores the first of it, and is done with both', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', '2=b', '1=c')).toMatchObject({
      outcomes: [{}, {}, {}],
      ids: ['1', '2'],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test('with poison stores the rest; the poison fails alone, comes back soon, and says why', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', 'poison', '2=b')).toEqual({
      outcomes: [{}, poison('poison'), {}],
      ids: ['1', '2'],
      stored: { stored: 2, repeated: 0 },
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
    const failed = { error: failure };
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
    const { outcomes } = await storeBatch([{ body: toBody('1=a') }], {
      parse: () => ({ ok: false, errors }),
      store: async () => ({ repeated: 0 }),
    });
    expect(outcomes).toMatchObject([{ error: { message: 'must have an id; must be a word' } }]);
  });

  test('with a message that is no confirmed order stores the rest; that one fails alone and says why', async () => {
    const batches: string[][] = [];
    const { outcomes, ids } = await storeBatch([{ body: '{}' }, { body: toBody('1=a') }], {
      parse: ({ order }) => ({ ok: true, item: order.product_name }),
      store: async (items) => {
        batches.push(items);
        return { repeated: 0 };
      },
    });
    expect(outcomes).toEqual([
      { error: new Error('event must be "OrderConfirmed", received nothing'), retryInSeconds: 1 },
      {},
    ]);
    expect(ids).toEqual(['1']);
    expect(batches).toEqual([['a']]);
  });
});
