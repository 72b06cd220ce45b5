import { peek } from '../aws/scaffold/peek.ts';
import { parseOrderText } from '../order/order.ts';
import { parseOrderConfirmed } from '../order/order-confirmed.ts';
import { findQueue } from '../pipeline/find-queue.ts';
import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';
import type { DeadLetter, DeadLetterGroup } from './dead-letter.ts';

export async function listDeadLetters(
  pipeline: Pipeline,
  name: QueueName,
  _options: { limit?: number } = {},
): Promise<{ seen: number; groups: DeadLetterGroup[]; letters: DeadLetter[] }> {
  const messages = await peek(pipeline.clients.sqs, findQueue(pipeline, name).deadLetterUrl);
  const letters = messages.map(({ MessageId = '', Body = '', Attributes = {} }): DeadLetter => {
    const parsed = name === 'order' ? parseOrderText(Body) : parseOrderConfirmed(Body);
    const errors = parsed.ok ? [] : parsed.errors;
    const value = Object(tryParse(Body));
    const id = (name === 'order' ? value : Object(value.order)).order_id;
    return {
      id: MessageId,
      queue: name,
      reason: parsed.ok
        ? { code: 'passing', text: 'nothing is wrong with it' }
        : {
            code: errors.map(({ path, code }) => `${path}:${code}`).join(','),
            text: errors[0]?.message ?? '',
          },
      errors: errors.map(({ message }) => message),
      order_id: typeof id === 'string' ? id : null,
      body: Body,
      attributes: {},
      sent_at: new Date(Number(Attributes.SentTimestamp)).toISOString(),
    };
  });
  return { seen: letters.length, groups: [], letters };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
