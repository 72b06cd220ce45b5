import { parseJson } from '../parse-json.ts';
import { ACCOUNT_ID, REGION, SqsStore } from './fauxqs.ts';
import type { PublishedMessage } from './publish-actions.ts';

/** What the mailbox has taken: every mail, and how many different orders they are about. */
export interface MailCounts {
  mails: number;
  orders: number;
}

export interface Mailbox {
  /** Puts the e-mail that a published message means into the mailbox queue, if it means one. */
  deliver(message: PublishedMessage): void;
  counts(): MailCounts;
}

/** The longest that SQS keeps a message: 14 days, in seconds. */
const RETENTION = String(14 * 24 * 60 * 60);

/**
 * Opens the queue that holds every e-mail SNS would have sent: each customer counts as subscribed to the topic with a
 * filter on their own `email_id`, so each published `OrderConfirmed` is one mail.
 *
 * The counts begin with what the queue already holds (mails that were read and deleted before a restart are not known).
 */
export function openMailbox(sqsStore: SqsStore, queueName: string, queueUrl: string): Mailbox {
  const arn = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${queueName}`;
  const queue =
    sqsStore.getQueueByName(queueName) ??
    sqsStore.createQueue(queueName, queueUrl, arn, { MessageRetentionPeriod: RETENTION });
  const orders = new Set<string>();
  let mails = 0;

  function count(orderId: unknown): void {
    mails++;
    if (typeof orderId === 'string') orders.add(orderId);
  }

  const { ready, delayed, inflight } = queue.inspectMessages();
  for (const { body } of [...ready, ...delayed, ...inflight.map(({ message }) => message)]) {
    count((parseJson(body) as { order_id?: unknown } | undefined)?.order_id);
  }

  return {
    deliver({ attributes, subject, texts }) {
      const { event, email_id } = attributes;
      if (event !== 'OrderConfirmed' || email_id === undefined) return;
      const confirmed = parseJson(texts.sqs) as { order?: { order_id?: unknown } | null } | undefined;
      const order_id = confirmed?.order?.order_id;
      queue.enqueue(
        SqsStore.createMessage(JSON.stringify({ email_id, subject, message: texts.email, order_id })),
      );
      count(order_id);
    },
    counts: () => ({ mails, orders: orders.size }),
  };
}
