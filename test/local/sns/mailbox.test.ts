import { describe, expect, test } from 'vitest';
import { type MailQueue, openMailbox } from '../../../local/sns/mailbox.ts';
import type { PublishedMessage } from '../../../local/sns/message.ts';

function openQueue(bodies: string[] = []): MailQueue {
  const messages = bodies.map((body, index) => ({ body, sentAt: index }));
  return {
    send: ({ body }) => messages.push({ body, sentAt: messages.length }),
    messages: () => messages,
  };
}

function message(event: string, orderId: string): PublishedMessage {
  return {
    topicArn: 'arn:aws:sns:us-east-1:000000000000:events',
    messageId: 'id',
    subject: `${event} ${orderId}`,
    timestamp: '2026-01-01T00:00:00.000Z',
    textFor: (protocol) => (protocol === 'sqs' ? JSON.stringify({ order: { order_id: orderId } }) : 'text'),
    attributes: {
      event: { DataType: 'String', StringValue: event },
      email_id: { DataType: 'String', StringValue: 'jane@example.com' },
    },
  };
}

describe('counts of confirmations', () => {
  test('include every published confirmation, even without a reader, and each order once', () => {
    const mailbox = openMailbox(openQueue());
    mailbox.put({ email_id: 'ops@example.com', subject: 's', message: 'm' });
    expect(mailbox.counts()).toEqual({ mails: 0, orders: 0 });
    mailbox.deliver(message('OrderConfirmed', 'o-1'), []);
    mailbox.deliver(message('OrderConfirmed', 'o-2'), [{ email_id: 'jane@example.com', message: 'm' }]);
    mailbox.deliver(message('OrderConfirmed', 'o-2'), []);
    mailbox.deliver(message('OrderShipped', 'o-3'), [{ email_id: 'ops@example.com', message: 'm' }]);
    expect(mailbox.counts()).toEqual({ mails: 3, orders: 2 });
  });

  test('start with the confirmations that the queue already contains', () => {
    const queue = openQueue([
      '{"email_id":"a","message":"m","order_id":"o-1"}',
      '{"email_id":"a"}',
      'no mail',
    ]);
    expect(openMailbox(queue).counts()).toEqual({ mails: 1, orders: 1 });
  });
});

describe('the list of mails', () => {
  const row = (email_id: string, order_id: string | null, sent: number) => ({
    email_id,
    order_id,
    subject: `OrderConfirmed ${order_id}`,
    message: 'm',
    sent_at: new Date(sent).toISOString(),
  });
  function fill() {
    const mailbox = openMailbox(openQueue(['no mail']));
    for (const [name, id] of [
      ['jane', 'o-1'],
      ['li', 'o-2'],
      ['jane', 'o-3'],
    ] as const) {
      mailbox.deliver(message('OrderConfirmed', id), [{ email_id: `${name}@example.com`, message: 'm' }]);
    }
    return mailbox;
  }

  test('has the newest first, up to the limit, and the number of all messages', () => {
    expect(fill().list({ limit: 2 })).toEqual({
      total: 4,
      mails: [row('jane@example.com', 'o-3', 3), row('li@example.com', 'o-2', 2)],
    });
  });

  test('finds a complete order id or address in any case', () => {
    const mailbox = fill();
    const found = (search: string) =>
      mailbox.list({ search, limit: 50 }).mails.map(({ order_id }) => order_id);
    expect(found('JANE@example.com')).toEqual(['o-3', 'o-1']);
    expect(found('O-2')).toEqual(['o-2']);
    expect(found('example.com')).toEqual([]);
  });
});
