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
import type { AccessSettings } from '../../local/iam/create-access.ts';
import { QUEUES } from '../../topology.ts';

/** An e-mail in the mailbox. */
export interface Mail {
  email_id: string;
  subject: string;
  message: string;
  order_id: string;
}

/** The whole pipeline on free ports and in a temporary folder, with helpers for tests. */
export interface TestCloud extends EmbeddedCloud {
  localDirectory: string;
  output(name: string): string;
  /**
   * Sends message bodies with a plain SQS client.
   *
   * @param output Stack output with the queue's URL. Default: the order queue.
   */
  send(bodies: readonly string[], output?: string): Promise<void>;
  /** Receives and deletes all visible messages of a queue. */
  drainQueue(output: string): Promise<Message[]>;
  /** Receives and deletes all mails. */
  takeMails(): Promise<Mail[]>;
  /** Returns the number of messages in a queue, in flight or not. */
  depth(output: string): Promise<number>;
  /** Waits until the condition holds. Throws with the last value after 60 s. */
  until<Value>(read: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value>;
  /** Waits until the upload queue and the order queue are empty. */
  drained(): Promise<void>;
  /** Waits until all queues are empty, so that every confirmed order is shipped and sold. */
  stored(): Promise<void>;
  /** Queries the database of shipping and sales. */
  query(sql: string): Promise<Row[]>;
}

export interface TestCloudOptions {
  /** Stage parameters. */
  params?: Record<string, string | number>;
  /**
   * Whether queues and schedules invoke the functions. If not, the test calls `startEvents` or starts workers.
   * Default: true.
   */
  events?: boolean;
  /** Whether IAM is enforced. Default: it is. */
  iam?: boolean;
  /** Changes the rights that IAM enforces. Default: unchanged. */
  changeAccess?: (settings: AccessSettings) => AccessSettings;
}

export async function startTestCloud({
  params,
  events = true,
  changeAccess = (settings) => settings,
  iam = true,
}: TestCloudOptions = {}): Promise<TestCloud> {
  const localDirectory = await mkdtemp(join(tmpdir(), 'order-pipeline-test-'));
  const cloud = await startEmbeddedCloud({
    projectDirectory: resolve(import.meta.dirname, '../..'),
    localDirectory,
    port: 0,
    awsPort: 0,
    params: { consumerConcurrency: 2, ...params },
    changeAccess,
    iam,
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

    async drainQueue(name) {
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
      const messages = await testCloud.drainQueue('MailboxQueueUrl');
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

    // The order matters: messages move from each queue to the next.
    stored: () => empty(...QUEUES.map(({ id }) => `${id}Url`).filter((name) => name in cloud.outputs)),

    query: (sql) => database.query(sql),

    async stop() {
      await database.close();
      await cloud.stop();
      await rm(localDirectory, { recursive: true });
    },
  };
  return testCloud;
}
