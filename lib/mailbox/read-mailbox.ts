import { askInspection } from '../pipeline/ask-inspection.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { MailboxPage } from './mailbox.ts';

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
