import type { OrderMessages } from '../../harness/check-promise.ts';
import type { Answer, PassingRequest } from '../../harness/fault-proxy/fault.ts';
import { listDeadLetters } from '../../operations/dead-letters/list-dead-letters.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';

/** Records the completed requests that the promise depends on. */
export interface Observer {
  onDone(passing: PassingRequest, body: Buffer, answer: Answer): void;
  /** Orders published so far, each counted once. */
  published(): number;
  /** Orders that were published again after the ledger had marked them as sent. */
  repeatedAfterMark: readonly string[];
  /**
   * Returns the outcome of the order queue's messages.
   *
   * @param redriven Ids of redriven dead letters. Each continues as a new message.
   */
  messages(pipeline: Pipeline, redriven: readonly string[]): Promise<OrderMessages>;
}

export function createObserver(orderQueue: string): Observer {
  const published = new Set<string>();
  const marked = new Set<string>();
  const repeatedAfterMark: string[] = [];
  /** Ids of the order queue's messages that were received, and of those that a consumer deleted. */
  const received = new Set<string>();
  const handled = new Set<string>();
  const messageIds = new Map<string, string>();

  function onPublish(body: Buffer, answer: string): void {
    const form = new URLSearchParams(body.toString());
    for (let member = 1; form.has(`PublishBatchRequestEntries.member.${member}.Id`); member++) {
      const entry = (name: string) => form.get(`PublishBatchRequestEntries.member.${member}.${name}`) ?? '';
      if (!new RegExp(`<Successful>.*<Id>${entry('Id')}</Id>.*</Successful>`, 's').test(answer)) continue;
      const { order } = JSON.parse(JSON.parse(entry('Message')).default) as { order: { order_id: string } };
      if (marked.has(order.order_id)) repeatedAfterMark.push(order.order_id);
      published.add(order.order_id);
    }
  }

  function onMark(body: Buffer, answer: string): void {
    const { RequestItems } = JSON.parse(body.toString()) as { RequestItems: Record<string, Write[]> };
    const { UnprocessedItems = {} } = JSON.parse(answer) as { UnprocessedItems?: Record<string, Write[]> };
    const left = new Set(Object.values(UnprocessedItems).flat().map(orderIdOf));
    for (const write of Object.values(RequestItems).flat()) {
      const orderId = orderIdOf(write);
      if (!left.has(orderId)) marked.add(orderId);
    }
  }

  function onReceive(answer: string): void {
    const { Messages = [] } = JSON.parse(answer) as {
      Messages?: { MessageId: string; ReceiptHandle: string }[];
    };
    for (const { MessageId, ReceiptHandle } of Messages) {
      received.add(MessageId);
      messageIds.set(ReceiptHandle, MessageId);
    }
  }

  function onDelete(body: Buffer, answer: string): void {
    const { Entries } = JSON.parse(body.toString()) as { Entries: { Id: string; ReceiptHandle: string }[] };
    const { Successful = [] } = JSON.parse(answer) as { Successful?: { Id: string }[] };
    const deleted = new Set(Successful.map(({ Id }) => Id));
    for (const { Id, ReceiptHandle } of Entries) {
      const messageId = messageIds.get(ReceiptHandle);
      if (deleted.has(Id) && messageId !== undefined) handled.add(messageId);
    }
  }

  return {
    repeatedAfterMark,
    published: () => published.size,
    async messages(pipeline, redriven) {
      const { letters } = await listDeadLetters(pipeline, 'order');
      const deadLetters = new Set([...letters.map(({ id }) => id), ...redriven]);
      const unhandled = [...received].filter((id) => !handled.has(id));
      const vanished = unhandled.filter((id) => !deadLetters.has(id));
      return { received: received.size, deadLettered: unhandled.length, vanished };
    },
    onDone({ action, queue }, body, { status, body: answer }) {
      if (status !== 200) return;
      if (action === 'PublishBatch') onPublish(body, answer.toString());
      else if (action === 'BatchWriteItem') onMark(body, answer.toString());
      else if (queue !== orderQueue) return;
      else if (action === 'ReceiveMessage') onReceive(answer.toString());
      else if (action === 'DeleteMessageBatch') onDelete(body, answer.toString());
    },
  };
}

interface Write {
  PutRequest: { Item: { order_id: { S: string } } };
}
const orderIdOf = ({ PutRequest }: Write): string => PutRequest.Item.order_id.S;
