import { readUploadEvent } from '../ingest/upload-event.ts';
import { type OrderIssue, parseOrderText } from '../order/order.ts';
import { parseOrderConfirmed } from '../order/order-confirmed.ts';
import { printable } from '../order/received.ts';
import type { QueueName } from '../pipeline/pipeline.ts';

/**
 * What is wrong with a message's body, as the consumer of its queue sees it: nothing, or else that consumer will never take
 * it. Never throws.
 */
export function judgeBody(queue: QueueName, body: string): OrderIssue[] {
  if (queue === 'upload') return judgeUpload(body);
  const parsed = queue === 'order' ? parseOrderText(body) : parseOrderConfirmed(body);
  return parsed.ok ? [] : parsed.errors;
}

function judgeUpload(body: string): OrderIssue[] {
  try {
    readUploadEvent(body);
    return [];
  } catch (error) {
    return [{ path: '', code: 'not_an_s3_event', message: printable((error as Error).message) }];
  }
}
