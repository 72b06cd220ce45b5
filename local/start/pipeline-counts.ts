import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { EmbeddedCloud } from '../embedded-cloud.ts';

/** Where the orders are, at one moment. Totals count from when the counting began. */
export interface PipelineCounts {
  /** Messages in the order queue when the counting began. */
  carriedOver: number;
  /** Those, and all that it has taken since, whoever sent them. */
  received: number;
  /** In the order queue. */
  waiting: number;
  inFlight: number;
  /** Upload messages that are not yet dealt with. */
  files: number;
  /** E-mails that SNS would have sent. */
  confirmed: number;
  /** E-mails about an order that had one before. */
  repeated: number;
  duplicates: number;
  /** In the order queue when the counting began, though confirmed before that. */
  redelivered: number;
  deadLettered: number;
  deadLetteredFiles: number;
  /** Failures for a passing reason: those messages come back. */
  failures: number;
  /** Batches that failed as a whole, queues out of reach: the functions' log tells why. */
  troubles: number;
}

/** @returns a function that counts */
export async function startCounting(
  cloud: Pick<EmbeddedCloud, 'outputs' | 'clients' | 'log' | 'counts'>,
): Promise<() => Promise<PipelineCounts>> {
  const { outputs, log, clients } = cloud;

  async function depth(output: string): Promise<{ visible: number; inFlight: number; all: number }> {
    const command = new GetQueueAttributesCommand({ QueueUrl: outputs[output], AttributeNames: ['All'] });
    const { Attributes = {} } = await clients.sqs.send(command);
    const number = (name: '' | 'Delayed' | 'NotVisible') =>
      Number(Attributes[`ApproximateNumberOfMessages${name}`]);
    const visible = number('') + number('Delayed');
    const inFlight = number('NotVisible');
    return { visible, inFlight, all: visible + inFlight };
  }

  async function read() {
    const [orders, ordersDLQ, uploads, uploadsDLQ, { mails, orders: mailedOrders, queued }] =
      await Promise.all([
        depth('OrderQueueUrl'),
        depth('OrderQueueDLQUrl'),
        depth('UploadQueueUrl'),
        depth('UploadQueueDLQUrl'),
        cloud.counts(),
      ]);
    const queueName = outputs.OrderQueueUrl?.split('/').at(-1) ?? '';
    return { orders, ordersDLQ, uploads, uploadsDLQ, mails, mailedOrders, queued: queued[queueName] ?? 0 };
  }

  const before = await read();
  const carriedOver = before.orders.all;
  return async () => {
    const now = await read();
    const confirmed = now.mails - before.mails;
    return {
      carriedOver,
      received: now.queued - before.queued + carriedOver,
      waiting: now.orders.visible,
      inFlight: now.orders.inFlight,
      files: now.uploads.all,
      confirmed,
      repeated: confirmed - (now.mailedOrders - before.mailedOrders),
      duplicates: log.sum('OrdersDuplicate'),
      // What was sent and delivered again since is in `confirmed` already.
      redelivered: Math.min(log.sum('OrdersRedelivered'), carriedOver),
      deadLettered: now.ordersDLQ.all - before.ordersDLQ.all,
      deadLetteredFiles: now.uploadsDLQ.all - before.uploadsDLQ.all,
      failures: log.sum('OrdersFailed'),
      troubles: log.troubles,
    };
  };
}

/** Whether no order is on its way any more. */
export function isDrained({ waiting, inFlight, files }: PipelineCounts): boolean {
  return waiting + inFlight + files === 0;
}
