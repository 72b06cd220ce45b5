import { askInspection } from './pipeline/ask-inspection.ts';
import type { Pipeline } from './pipeline/pipeline.ts';

/** An e-mail in the mailbox of the embedded cloud. On AWS, SNS would have sent it. */
export interface MailRow {
  email_id: string;
  subject: string;
  message: string;
  order_id: string | null;
  /** ISO 8601. */
  sent_at: string;
}

export interface MailboxPage {
  /** Number of e-mails in the mailbox. */
  total: number;
  /** The newest e-mails, newest first. */
  mails: MailRow[];
}

export interface MailboxChoice {
  /** Complete order id or e-mail address, case-insensitive. Default: all e-mails. */
  search?: string;
  /** Maximum number of e-mails, up to 1,000. Default: 50. */
  limit?: number;
}

/**
 * Reads the newest e-mails of the embedded cloud's mailbox. They stay there.
 *
 * @returns The e-mails; undefined on AWS, where they are in the customers' own mailboxes.
 * @throws UnavailableError if the embedded cloud does not answer
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
