import { messagesIn, readQueueDepth } from '../lib/aws/queue-depth.ts';
import { createQueueMessages } from '../lib/aws/queue-messages.ts';
import { createSourceQueue } from '../lib/aws/source-queue.ts';
import { allEnded } from '../lib/batch/all-ended.ts';
import type { Journal } from './journal.ts';
import type { Cloud } from './start-cloud.ts';

/** Mails of one request, and seconds that it waits for the first one. */
const MOST = 10;
const WAIT_SECONDS = 1;
/** Seconds until a mail that was received and not deleted becomes visible again. */
const HIDDEN_SECONDS = 20;
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
  const messages = createQueueMessages(sqs, url);
  const queue = createSourceQueue(sqs, url);

  /** Mails whose answer was lost on its way here become visible again. */
  const isEmpty = async () => messagesIn(await readQueueDepth(sqs, url)) === 0;

  /** Message ids: a mail that could not be deleted is the same one when it is received again. */
  const seen = new Set<string>();

  async function read(): Promise<void> {
    while (!gone?.aborted) {
      const mails = await messages.receive(MOST, HIDDEN_SECONDS, WAIT_SECONDS).catch(() => []);
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
