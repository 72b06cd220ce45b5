import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients, startTestServices } from './start-test-services.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aws-services-'));
  return () => rm(dataDir, { recursive: true });
});

/** Starts the services in a child process, which a test can kill. */
async function startProcess() {
  const module = new URL('../../local/aws-services/start-aws-services.ts', import.meta.url).href;
  const script = `
    import { startAwsServices } from ${JSON.stringify(module)};
    const options = { port: 0, mailboxQueueName: 'mailbox', dataDir: ${JSON.stringify(dataDir)} };
    // With this handler, a file that exceeds its size limit fails the write, as on a full disk, instead of ending the process.
    process.on('SIGXFSZ', () => undefined);
    console.log((await startAwsServices(options)).endpoint);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  child.stderr.on('data', (chunk) => {
    written += chunk;
  });
  const ended = once(child, 'exit').then(() => written);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [endpoint] = (await once(createInterface(child.stdout), 'line')) as [string];
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { ...connectClients(endpoint), kill, ended, pid: child.pid };
}

test('a killed process loses no acknowledged message, object or subscription', async () => {
  const first = await startProcess();
  const { topicArn: TopicArn, queueUrl } = await first.createTopicWithQueue('events');
  const Bucket = 'uploads';
  await first.s3.send(new CreateBucketCommand({ Bucket }));
  await first.s3.send(new PutObjectCommand({ Bucket, Key: 'a b+c/ü %&.json', Body: 'kept' }));
  const Entries = Array.from({ length: 10 }, (_, index) => ({
    Id: `${index}`,
    MessageBody: `sent ${index}`,
  }));
  await first.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  const received = await first.receive(queueUrl, 0, 3600);
  const [deleted, hidden, returned] = received.map(({ ReceiptHandle }) => ({
    QueueUrl: queueUrl,
    ReceiptHandle,
  }));
  if (!deleted || !hidden || !returned) throw new Error('ten messages were sent, fewer than three received');
  await first.sqs.send(new DeleteMessageCommand(deleted));
  await first.sqs.send(new ChangeMessageVisibilityCommand({ ...returned, VisibilityTimeout: 0 }));
  const MessageAttributes = {
    event: { DataType: 'String', StringValue: 'OrderConfirmed' },
    email_id: { DataType: 'String', StringValue: 'jane@example.com' },
  };
  const Message = '{"default":"d","sqs":"{\\"order\\":{\\"order_id\\":\\"o-1\\"}}"}';
  await first.sns.send(
    new PublishCommand({ TopicArn, Message, MessageStructure: 'json', MessageAttributes }),
  );
  await first.kill();

  const second = await startTestServices({ dataDir });
  expect(await second.services.counts()).toMatchObject({ mails: 1, orders: 1 });
  const newUrl = await second.createQueue('events-queue');
  expect(newUrl).toBe(`${second.services.endpoint}/000000000000/events-queue`);
  const visible = await second.receive(newUrl);
  expect(
    visible.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount]).toSorted(),
  ).toEqual(
    [
      [received[2]?.Body, '2'],
      ['{"order":{"order_id":"o-1"}}', '1'],
    ].toSorted(),
  );
  // A receipt handle stays valid across the restart.
  await second.sqs.send(
    new ChangeMessageVisibilityCommand({ ...hidden, QueueUrl: newUrl, VisibilityTimeout: 0 }),
  );
  expect((await second.receive(newUrl)).map(({ Body }) => Body)).toEqual([received[1]?.Body]);
  const object = await second.s3.send(new GetObjectCommand({ Bucket, Key: 'a b+c/ü %&.json' }));
  expect(await object.Body?.transformToString()).toBe('kept');
});

test('a process killed during sends keeps every acknowledged message exactly once', async () => {
  const first = await startProcess();
  const QueueUrl = await first.createQueue('orders');
  const acknowledged: string[] = [];
  const sending = Array.from({ length: 4 }, async (_, sender) => {
    for (let batch = 0; ; batch++) {
      const bodies = Array.from({ length: 10 }, (_, index) => `${sender}-${batch}-${index}`);
      const Entries = bodies.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
      await first.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      acknowledged.push(...bodies);
      if (acknowledged.length > 1_000) await first.kill();
    }
  });
  await Promise.allSettled(sending);

  const second = await startTestServices({ dataDir });
  const kept: string[] = [];
  const url = await second.createQueue('orders');
  for (let batch = await second.receive(url); batch.length > 0; batch = await second.receive(url)) {
    kept.push(...batch.map(({ Body = '' }) => Body));
  }
  expect(new Set(kept).size).toBe(kept.length);
  expect(new Set(acknowledged).difference(new Set(kept)).size).toBe(0);
});

test.skipIf(process.platform !== 'linux')(
  'a full disk ends the services, which say so; what they had acknowledged is there after a start',
  async () => {
    const first = await startProcess();
    const queueUrl = await first.createQueue('orders');
    const send = (MessageBody: string) =>
      first.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    await send('before');
    await promisify(execFile)('prlimit', ['--pid', String(first.pid), '--fsize=4096:']);
    await expect(send('never acknowledged')).rejects.toThrow();
    expect(await first.ended).toContain(`data directory ${dataDir}: cannot be written (`);

    const second = await startTestServices({ dataDir });
    const messages = await second.receive(await second.createQueue('orders'));
    expect(messages.map(({ Body }) => Body)).toEqual(['before']);
  },
);

test('a restart keeps messages, dead letters and subscriptions', async () => {
  const first = await startTestServices({ dataDir });
  const { topicArn: TopicArn } = await first.createTopicWithQueue('events');
  const deadLetterUrl = await first.createQueue('ordersDLQ');
  const QueueUrl = await first.createQueue('orders', {
    VisibilityTimeout: '0',
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:ordersDLQ',
      maxReceiveCount: 1,
    }),
  });
  await first.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  for (let receives = 0; receives < 2; receives++) await first.receive(QueueUrl);
  expect(await first.countVisible(deadLetterUrl)).toBe(1);
  await first.services.stop();

  const second = await startTestServices({ dataDir });
  const [dead] = await second.receive(await second.createQueue('ordersDLQ'));
  expect(dead).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '2' } });
  await second.sns.send(new PublishCommand({ TopicArn, Message: 'still subscribed' }));
  const [event] = await second.receive(await second.createQueue('events-queue'));
  expect(event?.Body).toBe('still subscribed');
});

test('a second process on the same data directory is refused', async () => {
  const { services } = await startTestServices({ dataDir });
  const second = startAwsServices({ port: 0, mailboxQueueName: 'mailbox', dataDir });
  await expect(second).rejects.toMatchObject({
    code: 'DATA_DIR_IN_USE',
    message: expect.stringContaining(dataDir),
  });
  expect(await services.counts()).toMatchObject({ mails: 0, orders: 0 });
});

test('a start rejects if the data directory cannot be created', async () => {
  const file = join(dataDir, 'file');
  await writeFile(file, '');
  await expect(
    startAwsServices({ port: 0, mailboxQueueName: 'mailbox', dataDir: file }),
  ).rejects.toMatchObject({
    code: 'EEXIST',
  });
});
