import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { chunk } from '../../lib/batch/chunk.ts';
import type { Row } from '../../lib/database/database.ts';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../local/embedded-cloud.ts';

/** An e-mail that SNS would have sent. */
export interface Mail {
  email_id: string;
  subject: string;
  message: string;
  order_id: string;
}

/** The whole pipeline on free ports and in a folder of its own, with what tests want to ask of it. */
export interface TestCloud extends EmbeddedCloud {
  localDirectory: string;
  output(name: string): string;
  /** Sends bodies to the order queue, or another one, as any SQS client would. */
  send(bodies: readonly string[], output?: string): Promise<void>;
  /** Takes all messages out of a queue. */
  takeAll(output: string): Promise<Message[]>;
  takeMails(): Promise<Mail[]>;
  /** Messages in a queue, in flight or not. */
  depth(output: string): Promise<number>;
  /** Waits until the condition holds; throws with its last value after 60 s. */
  until<Value>(read: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value>;
  /** Waits until neither order queue nor upload queue holds anything. */
  drained(): Promise<void>;
  /** Waits until no queue holds anything: what was confirmed is shipped and sold. */
  stored(): Promise<void>;
  /** Asks the database of shipping and sales. */
  query(sql: string): Promise<Row[]>;
}

export interface TestCloudOptions {
  /** Stage parameters. */
  params?: Record<string, string | number>;
  /** Whether queues and schedules invoke the functions; where not, the test calls `startEvents` or has workers do it. */
  events?: boolean;
}

export async function startTestCloud({ params, events = true }: TestCloudOptions = {}): Promise<TestCloud> {
  const localDirectory = await mkdtemp(join(tmpdir(), 'order-pipeline-test-'));
  const cloud = await startEmbeddedCloud({
    projectDirectory: resolve(import.meta.dirname, '../..'),
    localDirectory,
    port: 0,
    awsPort: 0,
    params: { consumerConcurrency: 2, ...params },
    onCrash: (error) => {
      throw error;
    },
  });
  if (events) cloud.startEvents();
  const { sqs } = cloud.clients;
  const output = (name: string): string => {
    const value = cloud.outputs[name];
    if (value === undefined) throw new Error(`no output ${name}`);
    return value;
  };

  const database = createPostgresDatabase(cloud.outputs.DatabaseUrl ?? '');
  async function empty(...queues: string[]): Promise<void> {
    for (const queue of queues)
      await testCloud.until(
        () => testCloud.depth(queue),
        (count) => count === 0,
      );
  }

  const testCloud: TestCloud = {
    ...cloud,
    localDirectory,
    output,

    async send(bodies, queue = 'OrderQueueUrl') {
      for (const batch of chunk(bodies, { maxEntries: 10, maxBytes: 1_000_000, sizeOf: Buffer.byteLength })) {
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        const { Failed = [] } = await sqs.send(
          new SendMessageBatchCommand({ QueueUrl: output(queue), Entries }),
        );
        if (Failed.length > 0) throw new Error(`not sent: ${JSON.stringify(Failed)}`);
      }
    },

    async takeAll(name) {
      const QueueUrl = output(name);
      const taken: Message[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            WaitTimeSeconds: 0,
            MessageSystemAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return taken;
        taken.push(...Messages);
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },

    async takeMails() {
      const messages = await testCloud.takeAll('MailboxQueueUrl');
      return messages.map(({ Body = '' }) => JSON.parse(Body) as Mail);
    },

    async depth(name) {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: output(name), AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes.ApproximateNumberOfMessages) +
        Number(Attributes.ApproximateNumberOfMessagesNotVisible)
      );
    },

    async until(read, holds) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const value = await read();
        if (holds(value)) return value;
        if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after 60 s`);
        await sleep(100);
      }
    },

    drained: () => empty('UploadQueueUrl', 'OrderQueueUrl'),

    // In this order: what is in one has not left those before it.
    stored: () => empty('UploadQueueUrl', 'OrderQueueUrl', 'ShippingQueueUrl', 'AnalyticsQueueUrl'),

    query: (sql) => database.query(sql),

    async stop() {
      await database.close();
      await cloud.stop();
      await rm(localDirectory, { recursive: true });
    },
  };
  return testCloud;
}
