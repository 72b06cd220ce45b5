import { DeleteMessageCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Order } from '../../lib/order/order.ts';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { emptyQueue } from '../aws/empty-queue.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { lambdaContext, type Pipeline, startPipeline } from '../handlers/start-pipeline.ts';
import { seedOrder } from '../order/seed-order.ts';
import type { Mail } from '../pipeline/start-test-cloud.ts';
import { bodies } from './bodies.ts';
import { expectNoLeak } from './expect-no-leak.ts';

const cases = bodies.map(({ input, ...entry }) => ({
  ...entry,
  body: typeof input === 'string' ? input : input(),
}));
const outcomeIs = (kind: string) => cases.filter(({ expected }) => kind in expected);
/** A valid order at the end of the same batch. */
const VALID_ORDER = { ...seedOrder, order_id: 'after-all-of-them' };

let pipeline: Pipeline;
let handler: typeof import('../../handlers/consumer.ts')['handler'];
let log: ReturnType<typeof captureLog>;
/** Records of the accepted messages, by body. */
const records = new Map<string, SQSRecord>();
const failedIds = new Set<string>();
let published: Order[];
let mails: Mail[];

/** Delivers all bodies to the consumer as one batch. */
beforeAll(async () => {
  pipeline = await startPipeline('consumer');
  ({ handler } = await import('../../handlers/consumer.ts'));
  log = captureLog();
  const sent = cases.filter(({ expected }) => !('refused' in expected)).map(({ body }) => body);
  await pipeline.send('OrderQueueUrl', [...sent, JSON.stringify(VALID_ORDER)]);
  await pipeline.deliver('OrderQueueUrl', async (event, context) => {
    for (const record of event.Records) records.set(record.body, record);
    const answer = (await handler(event, context)) as unknown as SQSBatchResponse;
    for (const { itemIdentifier } of answer.batchItemFailures) failedIds.add(itemIdentifier);
    return answer;
  });
  const events = await pipeline.drainQueue<OrderConfirmed>('ShippingQueueUrl');
  published = events.map(({ order }) => order);
  mails = await takeMails();
  expectNoLeak(log.text());
});
afterAll(() => pipeline.stop());
beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function takeMails(): Promise<Mail[]> {
  const { QueueUrl = '' } = await pipeline.sqs.send(new GetQueueUrlCommand({ QueueName: 'mailbox' }));
  const taken: Mail[] = [];
  for (
    let batch = await pipeline.receive(QueueUrl);
    batch.length > 0;
    batch = await pipeline.receive(QueueUrl)
  ) {
    for (const { Body = '', ReceiptHandle } of batch) {
      taken.push(JSON.parse(Body));
      await pipeline.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
  return taken;
}

const recordOf = (body: string): SQSRecord => records.get(body) as SQSRecord;

test('invalid messages do not affect a valid order in the same batch', () => {
  expect(published.map(({ order_id }) => order_id)).toContain(VALID_ORDER.order_id);
  expect(published).toHaveLength(outcomeIs('confirmed').length + 1);
  expect(mails).toHaveLength(published.length);
  expect([...failedIds]).toHaveLength(outcomeIs('deadLettered').length);
});

describe('a confirmed order is published once, with one e-mail free of links and control characters:', () => {
  test.each(outcomeIs('confirmed'))('$name', async ({ body, expected }) => {
    expect(failedIds).not.toContain(recordOf(body).messageId);
    // The log line of a redelivery has the order_id that was published.
    await handler({ Records: [recordOf(body)] }, lambdaContext());
    const [known] = log.lines('redelivered') as [{ order_id: string }];
    const events = published.filter(({ order_id }) => order_id === known.order_id);
    expect(events).toMatchObject(['confirmed' in expected && expected.confirmed]);
    const [mail, ...more] = mails.filter(({ order_id }) => order_id === known.order_id);
    expect(more).toEqual([]);
    expect(mail?.email_id).toBe(events[0]?.email_id);
    expect(mail?.subject).toMatch(/^Order confirmed: [ -~]{1,80}$/);
    // The message has no line, link or invisible character besides those of its template.
    expect(mail?.message.split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(9);
    expect(mail?.message).not.toMatch(/[^\P{C}\n]|:\/\/|@/u);
    expectNoLeak(log.text());
  });
});

describe('an invalid message fails and its reasons are logged:', () => {
  test.each(outcomeIs('deadLettered'))('$name', async ({ body, expected }) => {
    expect(failedIds).toContain(recordOf(body).messageId);
    await emptyQueue(pipeline.sqs, pipeline.output('OrderQueueUrl'));
    await pipeline.send('OrderQueueUrl', [body]);
    const { received, failed } = await pipeline.deliver('OrderQueueUrl', handler);
    expect(failed).toEqual(received);
    expect(failed).toHaveLength(1);
    const [{ reasons }] = log.lines('batch confirmed') as [{ reasons: Record<string, number> }];
    expect(Object.keys(reasons).sort()).toEqual(
      'deadLettered' in expected && [...expected.deadLettered].sort(),
    );
    expectNoLeak(log.text());
  });
});

describe('SQS rejects the message:', () => {
  test.each(outcomeIs('refused'))('$name', async ({ body, expected }) => {
    const command = new SendMessageCommand({ QueueUrl: pipeline.output('OrderQueueUrl'), MessageBody: body });
    const { name } = await pipeline.sqs.send(command).catch((error) => error);
    expect(name).toBe('refused' in expected && expected.refused);
  });
});
