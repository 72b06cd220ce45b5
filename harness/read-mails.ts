import { createQueue, messagesIn } from '../lib/aws/queue.ts';
import { allEnded } from '../program/all-ended.ts';
import type { Journal } from './journal.ts';
import type { Cloud } from './start-cloud.ts';

/** One request: a mail that was received and not deleted becomes visible again after 20 s. */
const RECEIVE = { maxMessages: 10, visibilityTimeout: 20, waitSeconds: 1 };
/** Concurrent requests: a backlog is confirmed by thousands a second. */
const READERS = 4;

/**
 * Takes mails out of the mailbox, as a mail client would, and notes which order each confirms.
 *
 * @param until ends it, once the mailbox is empty
 * @param gone ends it immediately
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

  /** Mails whose answer was lost on its way here become visible again. */
  const isEmpty = async () => messagesIn(await queue.depth()) === 0;

  /** Message ids: a mail that could not be deleted is the same one when it is received again. */
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
