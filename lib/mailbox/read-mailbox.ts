import { peek } from '../aws/scaffold/peek.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { MailboxPage } from './mailbox.ts';

export async function readMailbox(
  { inspectionUrl, queues, clients }: Pipeline,
  { search, limit = 50 }: { search?: string; limit?: number } = {},
): Promise<MailboxPage | undefined> {
  const url = queues[0]?.url.replace(/[^/]*$/, 'mailbox') ?? '';
  if (inspectionUrl === undefined && queues[0]?.url.includes('amazonaws')) return undefined;
  const messages = await peek(clients.sqs, url);
  const mails = messages
    .map(({ Body = '', Attributes = {} }) => ({
      order_id: null,
      ...JSON.parse(Body),
      sent_at: new Date(Number(Attributes.SentTimestamp)).toISOString(),
    }))
    .filter(({ order_id, email_id }) => !search || order_id === search || email_id === search);
  return { total: messages.length, mails: mails.slice(0, limit) };
}
