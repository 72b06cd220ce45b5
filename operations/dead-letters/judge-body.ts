import { isPartMessage, readUploadMessage } from '../../lib/ingest/part-message.ts';
import { type OrderIssue, parseOrderText } from '../../lib/order/order.ts';
import { parseOrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { printable } from '../../lib/text.ts';
import { type QueueName, queueNamed } from '../../topology.ts';

/**
 * What is wrong with a message's body, as the consumer of its queue sees it: nothing, or else that consumer will never take
 * it. Never throws.
 */
export function judgeBody(queue: QueueName, body: string): OrderIssue[] {
  const { holds } = queueNamed(queue);
  if (holds === 'upload') return judgeUpload(body);
  const parsed = holds === 'order' ? parseOrderText(body) : parseOrderConfirmed(body);
  return parsed.ok ? [] : parsed.errors;
}

function judgeUpload(body: string): OrderIssue[] {
  try {
    readUploadMessage(body);
    return [];
  } catch (error) {
    const code = isPartMessage(body) ? 'not_a_part' : 'not_an_s3_event';
    return [{ path: '', code, message: printable((error as Error).message) }];
  }
}
