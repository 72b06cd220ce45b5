import pMap from 'p-map';
import type { ReceivedMessage } from '../aws/queue-messages.ts';
import { parseJson } from '../json/parse-json.ts';
import { parseOrder, parseOrderField } from '../order/order.ts';
import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';
import type { DeadLetter, DeadLetterReason } from './dead-letter.ts';
import { judgeBody } from './judge-body.ts';
import { fileFault, judgeUpload } from './judge-upload.ts';
import { toReason } from './to-reason.ts';

/** Receipts read at once. */
const CONCURRENCY = 8;

/**
 * Says why messages are in a dead-letter queue, by judging each anew.
 *
 * @returns them in the order given
 * @throws ServiceError where a receipt is out of reach
 */
export async function toDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  messages: Iterable<ReceivedMessage>,
): Promise<DeadLetter[]> {
  return pMap(
    messages,
    async ({ id, body, attributes, sentAt }) => ({
      id,
      queue,
      ...(await judge(pipeline, queue, body)),
      order_id: orderIdOf(queue, body),
      body,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, { StringValue, BinaryValue }]) => [
          name,
          StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64'),
        ]),
      ),
      sent_at: new Date(sentAt).toISOString(),
    }),
    { concurrency: CONCURRENCY },
  );
}

async function judge(
  pipeline: Pipeline,
  queue: QueueName,
  body: string,
): Promise<{ reason: DeadLetterReason; errors: string[] }> {
  const issues = judgeBody(queue, body);
  if (queue !== 'upload' || issues.length > 0)
    return { reason: toReason(issues), errors: messagesOf(issues) };
  const faults = await judgeUpload(pipeline, body);
  return { reason: toReason(faults, fileFault), errors: messagesOf(faults) };
}

const messagesOf = (issues: readonly { message: string }[]): string[] => issues.map(({ message }) => message);

/** Orders without an id have one only if they are orders: it is derived from their fields. */
function orderIdOf(queue: QueueName, body: string): string | null {
  if (queue === 'upload') return null;
  const value = parseJson(body);
  const order: unknown = queue === 'order' ? value : Object(value).order;
  const named = parseOrderField('order_id', Object(order).order_id);
  if (named.ok) return named.text;
  const parsed = parseOrder(order);
  return parsed.ok ? parsed.order.order_id : null;
}
