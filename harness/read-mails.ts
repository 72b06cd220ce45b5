import { createQueue, messagesIn } from '../lib/aws/queue.ts';
import { allEnded } from '../program/all-ended.ts';
import type { Journal } from './journal.ts';
import type { Cloud } from './start-cloud.ts';

const RECEIVE = { maxMessages: 10, visibilityTimeout: 20, waitSeconds: 1 };
/** Concurrent requests. A backlog may produce thousands of confirmations per second. */
const READERS = 4;

/**
 * Reads and deletes the e-mails of the mailbox, and records in the journal which order each confirms.
 *
 * @param until Signal that stops reading as soon as the mailbox is empty.
 * @param gone Signal that stops reading immediately.
 */
export async function readMails(
  { pipeline, outputs }: Pick<Cloud, 'pipeline' | 'outputs'>,
  journal: Pick<Journal, 'confirmed'>,
  until: AbortSignal,
  gone?: AbortSignal,
): Promise<void> {
  const { sqs } = pipeline.clients;
  const url = outputs.MailboxQueueUrl ?? '';
  const queue = createQueue(sqs, url);

  /** Counts messages in flight, too: those of a lost response become visible again. */
  const isEmpty = async () => messagesIn(await queue.depth()) === 0;

  /** Message ids of recorded e-mails. One that could not be deleted is received again with the same id. */
  const seen = new Set<string>();

  async function read(): Promise<void> {
    while (!gone?.aborted) {
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
