import { isPartMessage, readUploadMessage } from '../../lib/ingest/part-message.ts';
import { type OrderIssue, parseOrderText } from '../../lib/order/order.ts';
import { parseOrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { printable } from '../../lib/text.ts';
import { type QueueName, queueNamed } from '../../topology.ts';

/**
 * Validates the body of a message by the rules of its queue's consumer. Never throws.
 *
 * @returns The errors that would make the consumer reject the message; empty if the body is valid.
 */
export function validateBody(queue: QueueName, body: string): OrderIssue[] {
  const { holds } = queueNamed(queue);
  if (holds === 'upload') return validateUpload(body);
  const parsed = holds === 'order' ? parseOrderText(body) : parseOrderConfirmed(body);
  return parsed.ok ? [] : parsed.errors;
}

function validateUpload(body: string): OrderIssue[] {
  try {
    readUploadMessage(body);
    return [];
  } catch (error) {
    const code = isPartMessage(body) ? 'not_a_part' : 'not_an_s3_event';
    return [{ path: '', code, message: printable((error as Error).message) }];
  }
}
