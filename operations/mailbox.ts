import { askInspection } from './pipeline/ask-inspection.ts';
import type { Pipeline } from './pipeline/pipeline.ts';

/** An e-mail that SNS would have sent. */
export interface MailRow {
  email_id: string;
  subject: string;
  message: string;
  order_id: string | null;
  /** ISO 8601. */
  sent_at: string;
}

export interface MailboxPage {
  /** In the mailbox queue. */
  total: number;
  /** Newest first, as many as were asked for: up to 50 where no number was. */
  mails: MailRow[];
}

export interface MailboxChoice {
  /** An order id or an address, whole and in any case; all mails where it is left out. */
  search?: string;
  /** Mails at most, up to 1,000; 50 where it is left out. */
  limit?: number;
}

/**
 * The newest e-mails that SNS would have sent; they stay in the mailbox.
 *
 * @returns undefined on AWS, where mails are in customers' mailboxes
 * @throws UnavailableError where the embedded cloud does not answer
 */
export async function readMailbox(
  { inspectionUrl }: Pick<Pipeline, 'inspectionUrl'>,
  { search, limit }: MailboxChoice = {},
): Promise<MailboxPage | undefined> {
  if (inspectionUrl === undefined) return undefined;
  const query = new URLSearchParams({
    ...(search !== undefined && { search }),
    ...(limit !== undefined && { limit: String(limit) }),
  });
  return askInspection(`${inspectionUrl}/mailbox?${query}`);
}
