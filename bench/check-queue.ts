import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { compareIds } from '../harness/compare-ids.ts';
import { parseOrderText } from '../lib/order/order.ts';
import { parseOrderConfirmed } from '../lib/order/order-confirmed.ts';
import type { Settings } from './processes/services-process.ts';
import { clientsOf, type Services } from './processes/start-services.ts';

/** A queue that must contain each order exactly once. */
export interface CheckedQueue {
  /** Name of the contender, for error messages. */
  who: string;
  queueUrl: string;
  /** Ids of the orders. */
  expected: readonly string[];
  /** Returns the order id of a message body. */
  idOf: (body: string) => string;
}

/** A message of a checked queue. */
export interface CheckedMessage {
  /** Id of the order that the message carries. */
  id: string;
  /** When the queue accepted the message, in epoch milliseconds. */
  takenAt: number;
}

/** Number of concurrent receivers. */
const CONCURRENCY = 8;

/**
 * Checks that a queue contains each order exactly once. Messages are not deleted, because the services are stopped afterwards.
 *
 * @returns The messages, at most about `MAX_CHECKED`.
 * @throws Error that says how many orders are missing, unknown or repeated
 */
export async function checkQueue(
  services: Services,
  settings: Settings,
  { who, queueUrl, expected, idOf }: CheckedQueue,
): Promise<CheckedMessage[]> {
  const { taken } = await services.counts(queueUrl);
  if (taken !== expected.length)
    throw new Error(`${who}: must send ${expected.length} messages to the queue, sent ${taken}`);
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
      if (Messages.length === 0 || messages.length >= MAX_CHECKED) return;
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

/** Maximum number of messages that are received from a queue, which takes half a minute. */
const MAX_CHECKED = 100_000;

/**
 * Checks that each expected order was found exactly once.
 *
 * @param found Ids of all messages. From `MAX_CHECKED` ids on, they count as a sample, which may lack orders.
 * @throws Error that says how many orders are missing, unknown or repeated
 */
export function checkOrderIds(who: string, expected: Iterable<string>, found: readonly string[]): void {
  const wanted = new Set(expected);
  const { unknown, repeated, ...others } = compareIds(wanted, found);
  const missing = found.length < MAX_CHECKED ? others.missing.length : 0;
  if (missing + unknown.length + repeated === 0) return;
  throw new Error(
    `${who}: must process each of ${wanted.size} orders once, found ${missing} missing, ${unknown.length} unknown, ${repeated} repeated`,
  );
}

/** Returns the order id of a message of the order queue. */
export function sentIdOf(body: string): string {
  const parsed = parseOrderText(body);
  return parsed.ok ? parsed.order.order_id : 'not an order';
}

/** Returns the order id of a confirmation that the topic delivered. */
export function confirmedIdOf(body: string): string {
  const parsed = parseOrderConfirmed(body);
  return parsed.ok ? parsed.event.order.order_id : 'not a confirmation';
}
