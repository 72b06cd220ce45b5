import type { Pipeline } from '../pipeline/pipeline.ts';

export interface MailboxPage {
  total: number;
  mails: {
    email_id: string;
    subject: string;
    message: string;
    order_id: string | null;
    sent_at: string;
  }[];
}

export async function readMailbox(
  pipeline: Pipeline,
  _choice: { search?: string; limit?: number } = {},
): Promise<MailboxPage | undefined> {
  return pipeline.inspectionUrl ? { total: 0, mails: [] } : undefined;
}
