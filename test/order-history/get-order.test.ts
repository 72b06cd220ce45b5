import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../lib/errors.ts';
import { askSources } from '../../lib/order-history/ask-sources.ts';
import { getOrder, readOrderId } from '../../lib/order-history/get-order.ts';
import { ledgerOf } from '../../operations/pipeline/pipeline.ts';
import { openScriptedPipeline, type StageScript } from '../pipeline/open-scripted-pipeline.ts';

const NOON = Date.UTC(2026, 10, 27, 12);
const claimed = {
  orderId: 'a',
  owner: 'm',
  status: 'CLAIMED' as const,
  claimedAt: NOON,
  leaseUntil: NOON + 30_000,
};
const sent = {
  orderId: 'a',
  owner: 'm',
  status: 'SENT' as const,
  snsMessageId: 'sns-1',
  claimedAt: NOON,
  sentAt: NOON + 250,
};
const shipment = {
  order_id: 'a',
  status: 'scheduled',
  product_id: 'P-1',
  delivery_date: '2026-12-02',
  created_at: '2026-11-27 12:00:01',
};
const sale = {
  order_id: 'a',
  email_id: 'jane@example.com',
  product_id: 'P-1',
  product_name: 'Kettle',
  price: '39.9000',
  ordered_at: '2026-11-27 11:59:00',
  confirmed_at: '2026-11-27 12:00:00.25',
};

function historyOf(script: StageScript) {
  const { pipeline } = openScriptedPipeline(script);
  return getOrder('a', { ...pipeline, ledger: ledgerOf(pipeline) });
}

describe('the history of an order', () => {
  test('has what each source knows, but not who bought', async () => {
    expect(await historyOf({ records: [sent], shipments: [shipment], sales: [sale] })).toEqual({
      order_id: 'a',
      received: { at: '2026-11-27T12:00:00.000Z' },
      confirmed: { at: '2026-11-27T12:00:00.250Z', sns_message_id: 'sns-1' },
      shipment: {
        status: 'scheduled',
        product_id: 'P-1',
        delivery_date: '2026-12-02',
        created_at: '2026-11-27T12:00:01.000Z',
      },
      sale: {
        product_id: 'P-1',
        product_name: 'Kettle',
        price: 39.9,
        ordered_at: '2026-11-27T11:59:00.000Z',
        confirmed_at: '2026-11-27T12:00:00.250Z',
      },
    });
  });

  test('has null for what is not known yet, or no more, and leaves out the parts that are off', async () => {
    expect(await historyOf({ records: [claimed], shipments: [], sales: [] })).toEqual({
      order_id: 'a',
      received: { at: '2026-11-27T12:00:00.000Z' },
      confirmed: null,
      shipment: null,
      sale: null,
    });
    const { claimedAt: _claimedAt, ...old } = sent;
    expect(await historyOf({ records: [old] })).toEqual({
      order_id: 'a',
      received: null,
      confirmed: { at: '2026-11-27T12:00:00.250Z', sns_message_id: 'sns-1' },
    });
    const forgotten = { received: null, confirmed: null };
    expect(await historyOf({ shipments: [shipment], sales: [] })).toMatchObject({ ...forgotten, sale: null });
    expect(await historyOf({ shipments: [], sales: [sale] })).toMatchObject({ ...forgotten, shipment: null });
  });

  test('is none where nobody knows the order', async () => {
    expect(await historyOf({ shipments: [], sales: [] })).toBeUndefined();
    expect(await historyOf({})).toBeUndefined();
  });
});

test('the history of an order is not answered while a source is out of reach', async () => {
  const { pipeline } = openScriptedPipeline({ records: [sent] });
  const query = () => Promise.reject(new DatabaseError('ECONNREFUSED', 'down', true));
  const shippingDatabase = { query, transaction: query };
  const sources = { ledger: ledgerOf(pipeline), shippingDatabase, salesDatabase: undefined };
  await expect(getOrder('a', sources)).rejects.toThrow(
    'story of a: out of reach: the shipping database; try again in a minute',
  );
});

describe('sources', () => {
  const down = () => Promise.reject(new DatabaseError('ECONNREFUSED', 'down', true));

  test('answer by their names, those that are not there with nothing', async () => {
    const answers = await askSources('it', { one: Promise.resolve(1), none: undefined });
    expect(answers).toEqual({ one: 1, none: undefined });
  });

  test('that are out of reach are all named, with the first reason for a cause', async () => {
    const asking = askSources('it', { one: down(), two: Promise.resolve(2), three: down() });
    await expect(asking).rejects.toMatchObject({
      name: 'UnavailableError',
      message: 'it: out of reach: one and three; try again in a minute',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  test('that fail for another reason fail with it', async () => {
    await expect(askSources('it', { one: Promise.reject(new Error('a bug')), two: down() })).rejects.toThrow(
      'a bug',
    );
  });
});

test.each([undefined, null, 'a', { order_id: '' }])('%j asks for no order', (input) => {
  expect(() => readOrderId(input)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
});

test('an order is asked for by its order_id', () => {
  expect(readOrderId({ order_id: ' a ', other: 1 })).toBe('a');
});
