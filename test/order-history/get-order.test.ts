import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../lib/errors.ts';
import { getOrder, readOrderId } from '../../lib/order-history/get-order.ts';
import { querySources } from '../../lib/order-history/query-sources.ts';
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

describe('getOrder', () => {
  test('combines the data of all sources, without the customer', async () => {
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

  test('returns null for data that is not available, and omits disabled parts', async () => {
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
    const expired = { received: null, confirmed: null };
    expect(await historyOf({ shipments: [shipment], sales: [] })).toMatchObject({ ...expired, sale: null });
    expect(await historyOf({ shipments: [], sales: [sale] })).toMatchObject({ ...expired, shipment: null });
  });

  test('returns undefined if no source knows the order', async () => {
    expect(await historyOf({ shipments: [], sales: [] })).toBeUndefined();
    expect(await historyOf({})).toBeUndefined();
  });
});

test('getOrder throws while a source is unavailable', async () => {
  const { pipeline } = openScriptedPipeline({ records: [sent] });
  const query = () => Promise.reject(new DatabaseError('ECONNREFUSED', 'down', true));
  const shippingDatabase = { query, transaction: query };
  const sources = { ledger: ledgerOf(pipeline), shippingDatabase, salesDatabase: undefined };
  await expect(getOrder('a', sources)).rejects.toThrow(
    'history of a: unavailable: the shipping database; try again in a minute',
  );
});

describe('querySources', () => {
  const down = () => Promise.reject(new DatabaseError('ECONNREFUSED', 'down', true));

  test('returns the answers by source name, and undefined for a source that does not exist', async () => {
    const answers = await querySources('it', { one: Promise.resolve(1), none: undefined });
    expect(answers).toEqual({ one: 1, none: undefined });
  });

  test('names all unavailable sources, with the first error as the cause', async () => {
    const answers = querySources('it', { one: down(), two: Promise.resolve(2), three: down() });
    await expect(answers).rejects.toMatchObject({
      name: 'UnavailableError',
      message: 'it: unavailable: one and three; try again in a minute',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  test('rethrows any other error', async () => {
    await expect(
      querySources('it', { one: Promise.reject(new Error('a bug')), two: down() }),
    ).rejects.toThrow('a bug');
  });
});

test.each([undefined, null, 'a', { order_id: '' }])('readOrderId rejects %j', (input) => {
  expect(() => readOrderId(input)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
});

test('readOrderId reads the order_id and ignores other fields', () => {
  expect(readOrderId({ order_id: ' a ', other: 1 })).toBe('a');
});
