import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ClaimedRecord, SentRecord } from '../../../lib/aws/ledger-record.ts';
import { traceOrder } from '../../../operations/orders/trace-order.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline, type StageScript } from '../../pipeline/open-scripted-pipeline.ts';

const ORDERED_AT = new Date(seedOrder.timestamp).toISOString();
const at = (second: number) => Date.UTC(2026, 10, 27, 12, 0, second);
const iso = (second: number) => new Date(at(second)).toISOString();

const order = { ...seedOrder, order_id: 'a' };
const event = (order_id: string) =>
  JSON.stringify({ event: 'OrderConfirmed', order: { ...order, order_id }, confirmed_at: at(3) });
const owned = {
  orderId: 'a',
  owner: 'message-1',
  order: JSON.stringify(order),
  queuedAt: at(1),
  claimedAt: at(2),
};
const claimed: ClaimedRecord = { ...owned, status: 'CLAIMED', leaseUntil: at(30) };
const sent: SentRecord = { ...owned, status: 'SENT', snsMessageId: 'sns-1', sentAt: at(3) };
const shipment = {
  order_id: 'a',
  status: 'scheduled',
  product_id: 'P-1001',
  delivery_date: '2026-12-02',
  created_at: '2026-11-27 12:00:05',
};
const sale = {
  order_id: 'a',
  product_id: 'P-1001',
  price: '39.9000',
  ordered_at: '2026-11-27 11:59:00',
  confirmed_at: '2026-11-27 12:00:03',
};

const trace = (script: StageScript, orderId = 'a') =>
  traceOrder(openScriptedPipeline({ shipments: [], sales: [], ...script }).pipeline, orderId);

const STEPS = {
  ordered: { at: ORDERED_AT, what: 'ordered', text: 'ordered by the customer' },
  queued: { at: iso(1), what: 'queued', text: 'accepted by the order queue' },
  claimed: { at: iso(2), what: 'claimed', text: 'claimed by the consumer for message message-1' },
  confirmed: { at: iso(3), what: 'confirmed', text: 'confirmed as SNS message sns-1' },
  shipped: { at: iso(5), what: 'shipment_scheduled', text: 'shipment of P-1001, arrives on 2026-12-02' },
  sold: { at: null, what: 'sold', text: 'sale of P-1001 for 39.90' },
};

describe('the trace of an order', () => {
  test('has all steps in logical order', async () => {
    expect(await trace({ records: [sent], shipments: [shipment], sales: [sale] })).toEqual({
      order_id: 'a',
      state: 'complete',
      steps: [STEPS.ordered, STEPS.queued, STEPS.claimed, STEPS.confirmed, STEPS.shipped, STEPS.sold],
      dead_letters: [],
    });
  });

  test('ends with the current state of the order, claimed or confirmed', async () => {
    expect(await trace({ records: [claimed] })).toEqual({
      order_id: 'a',
      state: 'claimed',
      steps: [STEPS.ordered, STEPS.queued, STEPS.claimed],
      dead_letters: [],
    });
    expect(await trace({ records: [sent] })).toMatchObject({ state: 'confirmed' });
    expect(await trace({ records: [sent], shipments: [shipment] })).toMatchObject({ state: 'confirmed' });
    expect(await trace({ records: [sent], sales: [sale] })).toMatchObject({ state: 'confirmed' });
  });

  test('has a step for a shipment that waits for stock', async () => {
    const waiting = { ...shipment, status: 'backordered', delivery_date: null };
    expect(await trace({ records: [sent], shipments: [waiting], sales: [sale] })).toMatchObject({
      state: 'complete',
      steps: [
        {},
        {},
        {},
        {},
        { at: iso(5), what: 'shipment_backordered', text: 'shipment waits for stock of P-1001' },
        {},
      ],
    });
  });

  test('has the state confirmed if the order was shipped or sold, even if the ledger lacks the mark', async () => {
    expect(await trace({ records: [claimed], shipments: [shipment] })).toMatchObject({ state: 'confirmed' });
    expect(await trace({ records: [claimed], sales: [sale] })).toMatchObject({ state: 'confirmed' });
  });

  test('uses the other sources if the ledger has forgotten the order', async () => {
    expect(await trace({ sales: [sale] })).toEqual({
      order_id: 'a',
      state: 'confirmed',
      steps: [{ ...STEPS.ordered, at: '2026-11-27T11:59:00.000Z' }, STEPS.sold],
      dead_letters: [],
    });
    expect(await trace({ shipments: [shipment] })).toMatchObject({
      state: 'confirmed',
      steps: [STEPS.shipped],
    });
  });

  test('lacks the times of ordering and queueing if the ledger record has no order', async () => {
    const { order: _order, queuedAt: _queuedAt, claimedAt: _claimedAt, ...old } = sent;
    expect(await trace({ records: [old] })).toMatchObject({ steps: [STEPS.confirmed] });
    expect(await trace({ records: [{ ...old, order: 'torn' }], sales: [sale] })).toMatchObject({
      steps: [{ ...STEPS.ordered, at: '2026-11-27T11:59:00.000Z' }, STEPS.confirmed, STEPS.sold],
    });
  });

  test('is complete without disabled parts', async () => {
    const { pipeline } = openScriptedPipeline({ records: [sent] });
    expect(await traceOrder(pipeline, 'a')).toMatchObject({ state: 'complete' });
  });

  test('is undefined for an unknown order, even if dead-letter queues contain other orders', async () => {
    const deadLetters = { order: ['junk'], shipping: [event('b')], upload: ['junk'] };
    const { pipeline, receives, deadLettersLeft } = openScriptedPipeline({
      deadLetters,
      shipments: [],
      sales: [],
    });
    expect(await traceOrder(pipeline, 'a')).toBeUndefined();
    expect(receives.some(({ QueueUrl }) => QueueUrl?.includes('upload'))).toBe(false);
    expect(deadLettersLeft()).toHaveLength(3);
  });

  test('names the dead-letter queues that contain the order', async () => {
    const bad = JSON.stringify({ ...order, price: -1 });
    expect(await trace({ deadLetters: { order: [bad, 'junk'], analytics: [event('a')] } })).toEqual({
      order_id: 'a',
      state: 'dead_lettered',
      steps: [
        { at: '2026-11-27T11:00:00.000Z', what: 'queued', text: 'accepted by the order queue' },
        {
          at: null,
          what: 'dead_lettered',
          text: 'in the dead-letter queue of the order queue as message order-dlq-0: price must be a finite JSON number of at least 0',
        },
        {
          at: null,
          what: 'dead_lettered',
          text: 'in the dead-letter queue of the analytics queue as message analytics-dlq-0: valid message, the cause of the failure was temporary',
        },
      ],
      dead_letters: [
        {
          queue: 'order',
          id: 'order-dlq-0',
          reason: 'price:too_small',
          errors: ['price must be a finite JSON number of at least 0, received -1'],
        },
        { queue: 'analytics', id: 'analytics-dlq-0', reason: 'passing', errors: [] },
      ],
    });
    expect(
      await trace({ records: [sent], deadLetters: { shipping: [event('a')] }, sales: [sale] }),
    ).toMatchObject({
      state: 'dead_lettered',
      steps: [
        STEPS.ordered,
        STEPS.queued,
        STEPS.claimed,
        STEPS.confirmed,
        STEPS.sold,
        { what: 'dead_lettered' },
      ],
    });
    // An event's time in its queue is not the time when the order was queued.
    expect(await trace({ deadLetters: { shipping: [event('a')] } })).toMatchObject({
      steps: [{ what: 'dead_lettered' }],
    });
  });

  test('has the order’s own e-mails on the embedded cloud', async () => {
    const mails = ['a', 'b', 'a'].map((order_id, n) => ({ order_id, sent_at: iso(10 + n) }));
    const asked = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async () => Response.json({ total: 3, mails }));
    onTestFinished(() => void vi.restoreAllMocks());
    const { pipeline } = openScriptedPipeline({ records: [sent] });
    const traced = await traceOrder({ ...pipeline, inspectionUrl: 'http://127.0.0.1:1/inspection' }, 'a');
    expect(traced?.steps.slice(4)).toEqual([
      { at: iso(10), what: 'mailed', text: 'confirmation in the mailbox' },
      { at: iso(12), what: 'mailed', text: 'confirmation in the mailbox' },
    ]);
    expect(asked.mock.calls.map(([url]) => url)).toEqual(['http://127.0.0.1:1/inspection/mailbox?search=a']);
  });

  test('fails while a source is unreachable, and names the source', async () => {
    const out = async () => {
      throw Object.assign(new Error('down'), { name: 'TimeoutError' });
    };
    const { pipeline } = openScriptedPipeline({ records: [sent], shipments: [], sales: [] });
    for (const client of [pipeline.clients.sqs, pipeline.clients.dynamoDb]) client.send = out as never;
    vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true, advanceTimeDelta: 1_000 });
    onTestFinished(() => void vi.useRealTimers());
    await expect(traceOrder(pipeline, 'a')).rejects.toMatchObject({
      name: 'UnavailableError',
      message: 'trace of a: unavailable: the ledger and the dead-letter queues; try again in a minute',
    });
  });
});
