import { parseJson } from '../../lib/json.ts';
import type { MailboxPage, MailRow } from '../../operations/mailbox.ts';
import { ACCOUNT_ID, REGION, type SqsQueue, SqsStore } from './fauxqs.ts';
import type { PublishedMessage } from './publish-actions.ts';

/**
 * Number of published confirmations, and of the different orders that they confirm. Confirmations to unsubscribed
 * customers count; other messages do not.
 */
export interface MailCounts {
  mails: number;
  orders: number;
}

/** The body of a message in the mailbox queue. */
export interface Mail {
  email_id: string;
  subject: string | undefined;
  message: string;
  /** Id of the confirmed order, if the mail confirms one. */
  order_id?: unknown;
}

export interface Mailbox {
  put(mail: Mail): void;
  /** Puts a mail for each reader of a published message into the mailbox queue, and counts confirmations. */
  deliver(message: PublishedMessage, readers: Iterable<string>): void;
  counts(): MailCounts;
  /** Lists the newest mails without receiving them. */
  list(choice: MailChoice): MailboxPage;
}

/** Returns the address of the customer whose order a message confirms; `undefined` for any other message. */
export const customerOf = ({ attributes: { event, email_id } }: PublishedMessage): string | undefined =>
  event === 'OrderConfirmed' ? email_id : undefined;

/** Seconds of SQS's maximum retention, 14 days. */
const RETENTION = String(14 * 24 * 60 * 60);

/**
 * Opens the queue that receives every e-mail that SNS would send.
 *
 * The counts start with the confirmations that the queue already contains. Mails deleted before a restart are not counted.
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
  /** An order id or an address, in any case. Default: all mails. */
  search?: string | undefined;
  limit: number;
}

/**
 * Lists the newest mails of the mailbox queue without receiving them. Bodies are parsed only for mails that may be
 * among the newest, so 100,000 mails take a few milliseconds.
 */
export function listMails(queue: SqsQueue, { search, limit }: MailChoice): MailboxPage {
  const isWanted = search === undefined ? () => true : createFilter(search);
  // Newest first. The queue is read from its end, so mails of the same millisecond are in this order as well.
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

/** Returns a filter for bodies that contain the searched text, which is much cheaper than parsing each. */
function createFilter(search: string): (body: string) => boolean {
  const text = RegExp.escape(JSON.stringify(search).slice(1, -1));
  const pattern = new RegExp(text, 'i');
  return (body) => pattern.test(body);
}

function isAbout({ order_id, email_id }: MailRow, search: string): boolean {
  const wanted = search.toLowerCase();
  return order_id?.toLowerCase() === wanted || email_id.toLowerCase() === wanted;
}

/** Returns `undefined` for a message that is not a mail: any SQS client can send to the queue. */
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
