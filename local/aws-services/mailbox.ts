import { parseJson } from '../../lib/json/parse-json.ts';
import type { MailboxPage } from '../../lib/mailbox/mailbox.ts';
import { ACCOUNT_ID, REGION, SqsStore } from './fauxqs.ts';
import { listMails, type MailChoice } from './list-mails.ts';
import type { PublishedMessage } from './publish-actions.ts';

/**
 * Confirmations that were published, and how many different orders they are about. They count whether or not the
 * customer gets e-mails; a mail about anything else, or to anybody else, does not.
 */
export interface MailCounts {
  mails: number;
  orders: number;
}

/** A message of the mailbox queue; its body, as JSON. */
export interface Mail {
  email_id: string;
  subject: string | undefined;
  message: string;
  /** The order that it is about, if it is about one. */
  order_id?: unknown;
}

export interface Mailbox {
  put(mail: Mail): void;
  /** Puts what a published message means to each of its readers into the mailbox queue, and counts it. */
  deliver(message: PublishedMessage, readers: Iterable<string>): void;
  counts(): MailCounts;
  /** The newest mails, which stay where they are. */
  list(choice: MailChoice): MailboxPage;
}

/** The address of the customer to whom a message confirms an order; undefined for any other message. */
export const customerOf = ({ attributes: { event, email_id } }: PublishedMessage): string | undefined =>
  event === 'OrderConfirmed' ? email_id : undefined;

/** The longest that SQS keeps a message: 14 days, in seconds. */
const RETENTION = String(14 * 24 * 60 * 60);

/**
 * Opens the queue that holds every e-mail SNS would have sent.
 *
 * The counts begin with what the queue already holds about orders (mails that were read and deleted before a restart are
 * not known).
 */
export function openMailbox(sqsStore: SqsStore, queueName: string, queueUrl: string): Mailbox {
  const arn = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${queueName}`;
  const queue =
    sqsStore.getQueueByName(queueName) ??
    sqsStore.createQueue(queueName, queueUrl, arn, { MessageRetentionPeriod: RETENTION });
  const orders = new Set<string>();
  let mails = 0;

  const put = (mail: Mail) => queue.enqueue(SqsStore.createMessage(JSON.stringify(mail)));

  function count(orderId: unknown): void {
    mails++;
    if (typeof orderId === 'string') orders.add(orderId);
  }

  const { ready, delayed, inflight } = queue.inspectMessages();
  for (const { body } of [...ready, ...delayed, ...inflight.map(({ message }) => message)]) {
    const { order_id } = Object(parseJson(body)) as Partial<Mail>;
    if (order_id !== undefined) count(order_id);
  }

  return {
    put,
    deliver(published, readers) {
      const { subject, texts } = published;
      const confirmed = parseJson(texts.sqs) as { order?: { order_id?: unknown } | null } | undefined;
      const order_id = confirmed?.order?.order_id;
      for (const email_id of readers) put({ email_id, subject, message: texts.email, order_id });
      if (customerOf(published) !== undefined) count(order_id);
    },
    counts: () => ({ mails, orders: orders.size }),
    list: (choice) => listMails(queue, choice),
  };
}
