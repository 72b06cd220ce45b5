import { describe, expect, test } from 'vitest';
import type { ClaimOutcome, Ledger, MarkOutcome } from '../../lib/aws/ledger.ts';
import type { PublishOutcome, TopicMessage } from '../../lib/aws/topic.ts';
import { confirmOrders } from '../../lib/confirm/confirm-orders.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

const [order] = [...generateOrders({ count: 1, seed: 7 })] as [Order];
const body = JSON.stringify(order);
const down = new Error('down');

interface Script {
  claim?: ClaimOutcome;
  publish?: PublishOutcome;
  mark?: MarkOutcome;
}

/** A ledger and a topic that return the same result for each order, and record what is published. */
function script({
  claim = { status: 'claimed', claimedAt: 1 },
  publish = { ok: true, value: { snsMessageId: 's-1' } },
  mark = { ok: true, value: undefined },
}: Script) {
  const published: TopicMessage[] = [];
  const ledger: Ledger = {
    claim: async (claims) => claims.map(() => claim),
    markSent: async (orders) => orders.map(() => mark),
    find: async (ids) => ids.map(() => ({ ok: true, value: undefined })),
  };
  const orderEvents = {
    async publish(messages: readonly TopicMessage[]) {
      published.push(...messages);
      return messages.map(() => publish);
    },
  };
  const message = (messageId: string, text: string, receiveCount: number) => ({
    messageId,
    body: text,
    attributes: { SentTimestamp: '1', ApproximateReceiveCount: String(receiveCount) },
  });
  const confirm = (text = body, receiveCount = 1) =>
    confirmOrders([message('m-1', text, receiveCount)], { ledger, orderEvents }, 1_000);
  const confirmTwice = (...counts: [number, number]) =>
    confirmOrders(
      counts.map((count, index) => message(`m-${index}`, body, count)),
      { ledger, orderEvents },
      1_000,
    );
  return { published, confirm, confirmTwice };
}

describe('confirmOrders', () => {
  test.each<[string, Script]>([
    ['confirmed', {}],
    ['confirmed', { mark: { ok: false, error: down } }],
    ['duplicate', { claim: { status: 'sent', owner: 'm-2', snsMessageId: 's', sentAt: 1 } }],
    ['redelivered', { claim: { status: 'sent', owner: 'm-1', snsMessageId: 's', sentAt: 1 } }],
  ])('settles a message whose order is %s without an error: %j', async (status, answers) => {
    const [outcome] = await script(answers).confirm();
    expect(outcome).toMatchObject({ status, order });
    expect(outcome).not.toHaveProperty('error');
    expect(outcome).not.toHaveProperty('retryInSeconds');
  });

  test.each([1, 2])(
    'rejects an invalid order with its errors and a redelivery after 1 s, at receive %i',
    async (count) => {
      const { published, confirm } = script({});
      const [outcome] = await confirm(JSON.stringify({ ...order, price: -1, email_id: 'nobody' }), count);
      expect(outcome).toMatchObject({ status: 'rejected', retryInSeconds: 1 });
      expect(outcome?.error?.message).toMatch(
        /^email_id must be .*; price must be .*|^price must be .*; email_id/,
      );
      expect(published).toEqual([]);
    },
  );

  test.each<[string, Script]>([
    ['claim', { claim: { status: 'failed', error: down } }],
    ['publish', { publish: { ok: false, error: down } }],
  ])('keeps the visibility timeout after a transient error of the %s step', async (step, answers) => {
    expect(await script(answers).confirm()).toStrictEqual([{ status: 'failed', step, order, error: down }]);
  });

  test('redelivers a message with a busy order after 5 s, and from the second receive on after the visibility timeout', async () => {
    const { published, confirm, confirmTwice } = script({ claim: { status: 'busy' } });
    const busy = {
      status: 'busy',
      order,
      error: new Error(`order ${order.order_id}: already claimed by another delivery`),
    };
    expect(await confirm()).toStrictEqual([{ ...busy, retryInSeconds: 5 }]);
    expect(await confirm(body, 2)).toStrictEqual([busy]);
    expect(await confirmTwice(2, 1)).toStrictEqual([busy, { ...busy, retryInSeconds: 5 }]);
    expect(published).toEqual([]);
  });
});
