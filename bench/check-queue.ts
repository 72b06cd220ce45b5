import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { compareIds } from '../harness/compare-ids.ts';
import { parseOrderText } from '../lib/order/order.ts';
import { parseOrderConfirmed } from '../lib/order/order-confirmed.ts';
import type { Settings } from './processes/services-process.ts';
import { clientsOf, type Services } from './processes/start-services.ts';

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

/** Concurrent receives. */
const CONCURRENCY = 8;

/**
 * Checks that a queue has each order, and once. Messages stay hidden rather than be deleted: the services are stopped next.
 *
 * @returns them, the first `CHECKED` where there are more
 * @throws Error that says how many orders are missing, unknown or repeated
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

/** Messages of a queue that are looked at: half a minute's worth. */
const CHECKED = 100_000;

/**
 * Checks that a result is right: each order is there, and once.
 *
 * @param found ids of all messages, or, where there are more than `CHECKED`, of so many: none of those may be unknown
 *   or repeated then, and how many there are in all is for the queue to say
 * @throws Error that says how many are missing, unknown or repeated
 */
export function checkOrderIds(who: string, expected: Iterable<string>, found: readonly string[]): void {
  const wanted = new Set(expected);
  const { unknown, repeated, ...others } = compareIds(wanted, found);
  const missing = found.length < CHECKED ? others.missing.length : 0;
  if (missing + unknown.length + repeated === 0) return;
  throw new Error(
    `${who}: must process each of ${wanted.size} orders once, ${missing} missing, ${unknown.length} unknown, ${repeated} repeated`,
  );
}

/** The order that a message of the order queue carries. */
export function sentIdOf(body: string): string {
  const parsed = parseOrderText(body);
  return parsed.ok ? parsed.order.order_id : 'not an order';
}

/** The order that a message of the topic confirms. */
export function confirmedIdOf(body: string): string {
  const parsed = parseOrderConfirmed(body);
  return parsed.ok ? parsed.event.order.order_id : 'no confirmation';
}
