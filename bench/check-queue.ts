import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { CHECKED, checkOrderIds } from './check-order-ids.ts';
import { clientsOf } from './clients-of.ts';
import type { Settings } from './processes/services-process.ts';
import type { Services } from './processes/start-services.ts';

/** A queue in which each order has to be once. */
export interface CheckedQueue {
  /** Whose orders they are, for the error. */
  who: string;
  queueUrl: string;
  /** Ids of the orders. */
  expected: readonly string[];
  idOf: (body: string) => string;
}

/** A message, by the order in it. */
export interface CheckedMessage {
  id: string;
  /** When the queue took it, epoch ms. */
  takenAt: number;
}

/** Receives under way at once. */
const CONCURRENCY = 8;

/**
 * Checks that a queue has each order, and once. Messages stay hidden rather than be deleted: the services are stopped next.
 *
 * @returns them, the first `CHECKED` where there are more
 * @throws Error that says how many orders are missing, strange or there more than once
 */
export async function checkQueue(
  services: Services,
  settings: Settings,
  { who, queueUrl, expected, idOf }: CheckedQueue,
): Promise<CheckedMessage[]> {
  const { taken } = await services.counts(queueUrl);
  if (taken !== expected.length)
    throw new Error(`${who}: must leave ${expected.length} messages, has left ${taken}`);
  const { sqs } = clientsOf(settings);
  const messages: CheckedMessage[] = [];
  async function receive(): Promise<void> {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 0,
          VisibilityTimeout: 3_600,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      if (Messages.length === 0 || messages.length >= CHECKED) return;
      for (const { Body = '', Attributes } of Messages)
        messages.push({ id: idOf(Body), takenAt: Number(Attributes?.SentTimestamp) });
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, receive));
  sqs.destroy();
  checkOrderIds(
    who,
    expected,
    messages.map(({ id }) => id),
  );
  return messages;
}
