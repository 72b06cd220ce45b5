import { parseJson } from '../../lib/json.ts';
import type { MailboxPage, MailRow } from '../../operations/mailbox.ts';
import { ACCOUNT_ID, REGION, type SqsQueue, SqsStore } from './fauxqs.ts';
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

type SqsMessage = Parameters<SqsQueue['enqueue']>[0];

export interface MailChoice {
  /** An order id or an address, in any case; all mails where it is left out. */
  search?: string | undefined;
  limit: number;
}

/**
 * The newest mails of the mailbox queue, which stays as it is. One pass over its messages, and of those that cannot be among
 * the newest only the time is looked at: 100,000 mails take a few ms.
 */
export function listMails(queue: SqsQueue, { search, limit }: MailChoice): MailboxPage {
  const isWanted = search === undefined ? () => true : createFilter(search);
  // Newest first. Mails of one millisecond keep the order in which they are come upon, which is the last first.
  const newest: { sent: number; row: MailRow }[] = [];
  const look = (message: SqsMessage | undefined) => {
    if (!message) return;
    const { sentTimestamp: sent, body } = message;
    const worst = newest.length < limit ? undefined : newest.at(-1);
    if ((worst && sent <= worst.sent) || !isWanted(body)) return;
    const row = toRow(body, sent);
    if (!row || (search !== undefined && !isAbout(row, search))) return;
    const position = newest.findIndex((other) => other.sent < sent);
    newest.splice(position === -1 ? newest.length : position, 0, { sent, row });
    if (newest.length > limit) newest.pop();
  };
  const { messages, delayedMessages, inflightMessages } = queue;
  for (const { message } of inflightMessages.values()) look(message);
  for (const message of delayedMessages) look(message);
  for (let index = messages.length - 1; index >= 0; index--) look(messages.at(index));
  return {
    total: messages.length + delayedMessages.length + inflightMessages.size,
    mails: newest.map(({ row }) => row),
  };
}

/** Tells bodies that may be about what is searched for by their text, which is far cheaper than to parse each. */
function createFilter(search: string): (body: string) => boolean {
  const text = RegExp.escape(JSON.stringify(search).slice(1, -1));
  const pattern = new RegExp(text, 'i');
  return (body) => pattern.test(body);
}

function isAbout({ order_id, email_id }: MailRow, search: string): boolean {
  const wanted = search.toLowerCase();
  return order_id?.toLowerCase() === wanted || email_id.toLowerCase() === wanted;
}

/** Undefined for what is not a mail: any SQS client may write into the queue. */
function toRow(body: string, sent: number): MailRow | undefined {
  const { email_id, subject, message, order_id } = Object(parseJson(body)) as Partial<
    Record<keyof Mail, unknown>
  >;
  if (typeof email_id !== 'string' || typeof message !== 'string') return undefined;
  return {
    email_id,
    subject: typeof subject === 'string' ? subject : '',
    message,
    order_id: typeof order_id === 'string' ? order_id : null,
    sent_at: new Date(sent).toISOString(),
  };
}
