import { parseJson } from '../../lib/json/parse-json.ts';
import type { MailboxPage, MailRow } from '../../lib/mailbox/mailbox.ts';
import type { SqsQueue } from './fauxqs.ts';
import type { Mail } from './mailbox.ts';

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
