import { request } from 'node:http';
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test, vi } from 'vitest';
import type { MailboxPage } from '../../operations/mailbox.ts';
import type { Inspection } from '../../operations/status/inspection.ts';
import { createTestDirectory } from './create-test-directory.ts';
import { guardThreads } from './guard-threads.ts';
import { startTestServices } from './start-test-services.ts';

guardThreads();

type Services = Awaited<ReturnType<typeof startTestServices>>;

async function inspect({ services }: Services): Promise<Inspection> {
  return (await fetch(services.inspectionUrl)).json() as Promise<Inspection>;
}

async function listMails({ services }: Services, query = ''): Promise<MailboxPage> {
  return (await fetch(`${services.inspectionUrl}/mailbox${query}`)).json() as Promise<MailboxPage>;
}

const REDRIVE = {
  RedrivePolicy: JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:ordersDLQ',
    maxReceiveCount: 1,
  }),
};

describe('queues', () => {
  test('report received and deleted messages and the age of the oldest one', async () => {
    const cloud = await startTestServices();
    const queueUrl = await cloud.createQueue('orders');
    expect((await inspect(cloud)).queues.orders).toEqual({ taken: 0, deleted: 0, oldestSeconds: null });
    for (const MessageBody of ['one', 'two'])
      await cloud.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    const [one, two] = await cloud.receive(queueUrl);
    await cloud.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: one?.ReceiptHandle }));
    // Messages in flight count for the age.
    expect((await inspect(cloud)).queues.orders).toEqual({
      taken: 2,
      deleted: 1,
      oldestSeconds: expect.any(Number),
    });
    await vi.waitFor(
      async () => expect((await inspect(cloud)).queues.orders?.oldestSeconds).toBeGreaterThan(0),
      { timeout: 5_000, interval: 100 },
    );
    await cloud.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: two?.ReceiptHandle }));
    expect((await inspect(cloud)).queues.orders).toEqual({ taken: 2, deleted: 2, oldestSeconds: null });
  });

  test('do not count a message as deleted when it moves to the dead-letter queue', async () => {
    const cloud = await startTestServices();
    await cloud.createQueue('ordersDLQ');
    const queueUrl = await cloud.createQueue('orders', REDRIVE);
    await cloud.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'poison' }));
    await cloud.receive(queueUrl, 0, 0);
    await cloud.receive(queueUrl, 0, 0);
    expect((await inspect(cloud)).queues).toMatchObject({
      orders: { taken: 1, deleted: 0, oldestSeconds: null },
      ordersDLQ: { taken: 1, deleted: 0, oldestSeconds: expect.any(Number) },
    });
  });

  test('have no age after a purge', async () => {
    const cloud = await startTestServices();
    const queueUrl = await cloud.createQueue('orders');
    await cloud.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'one' }));
    await cloud.sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
    expect((await inspect(cloud)).queues.orders).toEqual({ taken: 1, deleted: 0, oldestSeconds: null });
  });

  test('report the age of messages from before a restart', async () => {
    const dataDir = await createTestDirectory();
    const first = await startTestServices({ dataDir });
    const queueUrl = await first.createQueue('orders');
    for (const MessageBody of ['one', 'two'])
      await first.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    await first.receive(queueUrl, 0, 30);
    await first.services.stop();
    const second = await startTestServices({ dataDir });
    expect((await inspect(second)).queues.orders).toMatchObject({
      taken: 0,
      oldestSeconds: expect.any(Number),
    });
  });
});

describe('the mailbox', () => {
  const mail = (number: number) => ({
    email_id: `Customer${number}@example.com`,
    subject: `Order ${number}`,
    message: 'Thank you.',
    order_id: `order-${number}`,
  });

  async function fill(cloud: Services, bodies: string[]): Promise<void> {
    const QueueUrl = await cloud.createQueue('mailbox', { MessageRetentionPeriod: '1209600' });
    for (let start = 0; start < bodies.length; start += 10) {
      const Entries = bodies
        .slice(start, start + 10)
        .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await cloud.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  test('lists the newest mails first without receiving them', async () => {
    const cloud = await startTestServices();
    await fill(
      cloud,
      Array.from({ length: 60 }, (_, number) => JSON.stringify(mail(number))),
    );
    const { total, mails } = await listMails(cloud);
    expect(total).toBe(60);
    expect(mails.map(({ order_id }) => order_id)).toEqual(
      Array.from({ length: 50 }, (_, index) => `order-${59 - index}`),
    );
    expect(mails[0]).toEqual({ ...mail(59), sent_at: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect((await listMails(cloud, '?limit=2')).mails).toEqual(mails.slice(0, 2));
    expect((await listMails(cloud)).total).toBe(60);
  });

  test('is searched by complete order id or address, in any case', async () => {
    const cloud = await startTestServices();
    await fill(
      cloud,
      Array.from({ length: 60 }, (_, number) => JSON.stringify(mail(number))),
    );
    const found = async (search: string) =>
      (await listMails(cloud, `?search=${encodeURIComponent(search)}`)).mails.map(({ order_id }) => order_id);
    expect(await found('ORDER-1')).toEqual(['order-1']);
    expect(await found('customer7@EXAMPLE.com')).toEqual(['order-7']);
    expect(await found('example.com')).toEqual([]);
    expect(await found('.*')).toEqual([]);
    expect(await found('Thank you.')).toEqual([]);
  });

  test('skips messages that are not mails, and lists mails in flight', async () => {
    const cloud = await startTestServices();
    await fill(cloud, [
      'nonsense',
      '{"email_id":1}',
      'null',
      JSON.stringify({ ...mail(1), order_id: undefined }),
    ]);
    await cloud.receive(await cloud.createQueue('mailbox', { MessageRetentionPeriod: '1209600' }));
    const { total, mails } = await listMails(cloud);
    expect(total).toBe(4);
    expect(mails).toEqual([{ ...mail(1), order_id: null, sent_at: expect.any(String) }]);
  });

  test.each(['limit=0', 'limit=1001', 'limit=x', 'search=a&search=b'])(
    'refuses the query ?%s',
    async (query) => {
      const { services } = await startTestServices();
      expect((await fetch(`${services.inspectionUrl}/mailbox?${query}`)).status).toBe(400);
    },
  );
});

test('requests with a foreign Host header are refused, so that no other web site can read the answers', async () => {
  const { services } = await startTestServices();
  const statusOf = (path: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(`${services.endpoint}${path}`, { headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  for (const path of ['/_inspection', '/_inspection/mailbox', '/2015-03-31/event-source-mappings']) {
    expect(await statusOf(path, 'localhost:4566')).toBe(200);
    for (const host of ['evil.example', 'evil', 'localhost.evil.example', '127.0.0.1.evil.example:4566'])
      expect(await statusOf(path, host), host).not.toBe(200);
  }
});
