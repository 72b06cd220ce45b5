import { parseJson } from '../../lib/json.ts';
import type { MailboxPage, MailRow } from '../../operations/mailbox.ts';
import type { NewMessage } from '../sqs/message.ts';
import type { PublishedMessage } from './message.ts';

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

/** A choice of mails. */
export interface MailChoice {
  /** An order id or an address, in any case. Default: all mails. */
  search?: string | undefined;
  limit: number;
}

/** An address that receives a message, with the text for it. */
export type Reader = Pick<Mail, 'email_id' | 'message'>;

/** The mailbox of all addresses. */
export interface Mailbox {
  put(mail: Mail): void;
  /** Puts a mail for each reader of a published message into the mailbox queue, and counts confirmations. */
  deliver(message: PublishedMessage, readers: readonly Reader[]): void;
  counts(): MailCounts;
  /** Lists the newest mails without receiving them. */
  list(choice: MailChoice): MailboxPage;
}

/** The queue of the mailbox. */
export interface MailQueue {
  send(message: NewMessage): unknown;
  /** Returns all messages in the order in which they were sent. `sentAt` is in Unix milliseconds. */
  messages(): Iterable<StoredMail>;
}

interface StoredMail {
  body: string;
  sentAt: number;
}

/** Returns the address of the customer whose order a message confirms; `undefined` for any other message. */
export const customerOf = ({ attributes: { event, email_id } }: PublishedMessage): string | undefined =>
  event?.StringValue === 'OrderConfirmed' ? email_id?.StringValue : undefined;

/**
 * Opens the mailbox in the queue that receives every e-mail that SNS would send.
 *
 * The counts start with the confirmations that the queue already contains. Mails deleted before a restart are not counted.
 */
export function openMailbox(queue: MailQueue): Mailbox {
  const orders = new Set<string>();
  let mails = 0;

  const put = (mail: Mail) => void queue.send({ body: JSON.stringify(mail) });

  function count(orderId: unknown): void {
    mails++;
    if (typeof orderId === 'string') orders.add(orderId);
  }

  for (const { body } of queue.messages()) {
    const { order_id } = Object(parseJson(body)) as Partial<Mail>;
    if (order_id !== undefined) count(order_id);
  }

  return {
    put,
    deliver(published, readers) {
      const isConfirmation = customerOf(published) !== undefined;
      if (!isConfirmation && readers.length === 0) return;
      const { subject } = published;
      const order_id = orderIdOf(published);
      for (const reader of readers)
        put({ email_id: reader.email_id, subject, message: reader.message, order_id });
      if (isConfirmation) count(order_id);
    },
    counts: () => ({ mails, orders: orders.size }),
    list: (choice) => listMails(queue, choice),
  };
}

function orderIdOf(message: PublishedMessage): unknown {
  const event = parseJson(message.textFor('sqs')) as { order?: { order_id?: unknown } | null } | undefined;
  return event?.order?.order_id;
}

/** Bodies are parsed only for mails that may be in the answer, so 100,000 mails take a few milliseconds. */
function listMails(queue: MailQueue, { search, limit }: MailChoice): MailboxPage {
  const isWanted = search === undefined ? () => true : createFilter(search);
  const wanted: StoredMail[] = [];
  let total = 0;
  for (const message of queue.messages()) {
    total++;
    if (isWanted(message.body)) wanted.push(message);
  }
  const mails: MailRow[] = [];
  for (let index = wanted.length - 1; index >= 0 && mails.length < limit; index--) {
    const row = toRow(wanted[index] as StoredMail);
    if (row && (search === undefined || isAbout(row, search))) mails.push(row);
  }
  return { total, mails };
}

/** Returns a filter for bodies that contain the searched text. Searching a body is much cheaper than parsing it. */
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
function toRow({ body, sentAt }: StoredMail): MailRow | undefined {
  const { email_id, subject, message, order_id } = Object(parseJson(body)) as Partial<
    Record<keyof Mail, unknown>
  >;
  if (typeof email_id !== 'string' || typeof message !== 'string') return undefined;
  return {
    email_id,
    subject: typeof subject === 'string' ? subject : '',
    message,
    order_id: typeof order_id === 'string' ? order_id : null,
    sent_at: new Date(sentAt).toISOString(),
  };
}
