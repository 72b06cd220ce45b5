import { createQueue, messagesIn } from '../../lib/aws/queue.ts';
import { allEnded } from '../../lib/batch/all-ended.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { OrderJournal } from './order-journal.ts';

/** A mail that was received and not deleted becomes visible again after the visibility timeout. */
const RECEIVE = { maxMessages: 10, visibilityTimeout: 20, waitSeconds: 1 };
/** Requests under way at once: a backlog is confirmed by thousands a second. */
const READERS = 4;

/**
 * Takes mails out of the mailbox, as a mail client would, and notes which order each confirms.
 *
 * @param until ends it, once the mailbox is empty
 * @param gone ends it at once
 */
export async function readMails(
  { clients }: Pick<Pipeline, 'clients'>,
  mailboxQueueUrl: string,
  journal: Pick<OrderJournal, 'confirmed'>,
  until: AbortSignal,
  gone: AbortSignal,
): Promise<void> {
  const queue = createQueue(clients.sqs, mailboxQueueUrl);

  /** Mails whose answer was lost on its way here come back. */
  const isEmpty = async () => messagesIn(await queue.depth()) === 0;

  /** Message ids: what could not be deleted is the same mail when it comes back. */
  const seen = new Set<string>();

  async function read(): Promise<void> {
    while (!gone.aborted) {
      const mails = await queue.receive(RECEIVE).catch(() => []);
      if (mails.length === 0 && until.aborted && (await isEmpty().catch(() => false))) return;
      for (const { id, body, sentAt } of mails) {
        if (seen.has(id)) continue;
        seen.add(id);
        const { order_id } = JSON.parse(body) as { order_id: string };
        journal.confirmed(order_id, sentAt);
      }
      await queue.delete(mails.map(({ receiptHandle }) => receiptHandle));
    }
  }

  await allEnded(Array.from({ length: READERS }, read));
}
