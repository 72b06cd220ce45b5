import { describe, expect, test } from 'vitest';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { type ParsedItem, storeBatch } from '../../lib/records/order-consumer.ts';
import { seedOrder } from '../order/seed-order.ts';

/** Returns a message body for `id=word`: an order with `word` as its product. Text without `=` is an invalid message. */
function toBody(text: string): string {
  const [order_id, product_name = `invalid ${text}`] = text.split('=');
  const id = text.includes('=') ? order_id : 'any';
  const order = { ...seedOrder, order_id: id, product_name };
  return JSON.stringify({ event: 'OrderConfirmed', order, confirmed_at: 1_795_771_800_000 });
}

/** Starts a store for words, `id=word`. */
function startStore(failWith?: unknown) {
  const batches: string[][] = [];
  const parse = ({ order }: OrderConfirmed): ParsedItem<string> => {
    const [, invalid] = /^invalid (.*)$/.exec(order.product_name) ?? [];
    if (invalid === undefined) return { ok: true, item: `${order.order_id}=${order.product_name}` };
    const message = `word must have an id, received ${invalid}`;
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

const invalid = (body: string) => ({
  error: new Error(`word must have an id, received ${body}`),
  retryInSeconds: 1,
});

describe('storeBatch', () => {
  test('stores a batch in one call', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', '2=b')).toEqual({
      outcomes: [{}, {}],
      ids: ['1', '2'],
      stored: { stored: 2, repeated: 0 },
      rejected: [],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test('stores an order that is in a batch twice once, and settles both messages', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', '2=b', '1=c')).toMatchObject({
      outcomes: [{}, {}, {}],
      ids: ['1', '2'],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test('fails only the invalid message of a batch, with its reason and a retry after one second', async () => {
    const { batches, put } = startStore();
    expect(await put('1=a', 'bad', '2=b')).toEqual({
      outcomes: [{}, invalid('bad'), {}],
      ids: ['1', '2'],
      stored: { stored: 2, repeated: 0 },
      rejected: [[{ path: 'word', code: 'no_id', message: 'word must have an id, received bad' }]],
    });
    expect(batches).toEqual([['1=a', '2=b']]);
  });

  test.each([[[]], [['bad', 'worse']]])(
    'does not call the store for a batch without valid messages: %j',
    async (bodies) => {
      const { batches, put } = startStore();
      const { outcomes, ...batch } = await put(...bodies);
      expect(outcomes).toEqual(bodies.map(invalid));
      expect(batch).toEqual({
        ids: [],
        rejected: bodies.map(() => [expect.objectContaining({ code: 'no_id' })]),
      });
      expect(batches).toEqual([]);
    },
  );

  test('fails all valid messages until the visibility timeout when the store fails, and retries invalid ones after one second', async () => {
    const failure = new Error('down');
    const { put } = startStore(failure);
    const failed = { error: failure };
    const batch = await put('1=a', 'bad', '1=a', '2=b');
    expect(batch).toEqual({
      outcomes: [failed, invalid('bad'), failed, failed],
      ids: ['1', '2'],
      failure,
      rejected: [[expect.objectContaining({ code: 'no_id' })]],
    });
    expect(batch.outcomes[0]).not.toHaveProperty('retryInSeconds');
  });

  test('converts anything that the store throws to an Error', async () => {
    const { failure } = await startStore('no error').put('1=a');
    expect(failure).toEqual(new Error('no error'));
  });

  test('reports all errors of an invalid message', async () => {
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

  test('fails only the message that is not a confirmed order, with its reason', async () => {
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
