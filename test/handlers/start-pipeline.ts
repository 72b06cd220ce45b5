import { GetObjectCommand, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  MessageNotInflight,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { vi } from 'vitest';
import { startStack } from '../../harness/start-stack.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import { emptyQueue } from '../aws/empty-queue.ts';
import { connectClients } from '../local/start-test-services.ts';

type SqsHandler = (event: SQSEvent, context: Context) => unknown;

/**
 * The stack's queues, topics, buckets and table in an embedded cloud, with the environment of one function of
 * serverless.yml. Import the function after starting it.
 */
export type Pipeline = Awaited<ReturnType<typeof startPipeline>>;

export async function startPipeline(functionName: string) {
  const { services, stack, functions, stop } = await startStack();
  const clients = connectClients(services.endpoint);
  const { sqs, s3, receive } = clients;

  const environment = { ...functions.get(functionName)?.environment, POWERTOOLS_LOG_LEVEL: 'DEBUG' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

  function output(name: string): string {
    const value = stack.outputs[name];
    if (value === undefined) throw new Error(`stack has no output ${name}`);
    return value;
  }

  return {
    ...clients,
    output,

    /** Empties all queues, messages in flight included. */
    async purge(): Promise<void> {
      for (const { url } of stack.queues) await emptyQueue(sqs, url);
    },

    /** Sends bodies to a queue without attributes. */
    async send(queue: string, bodies: readonly string[]): Promise<void> {
      for (const batch of chunk(bodies, { maxEntries: 10, maxBytes: 1_048_576, sizeOf: Buffer.byteLength })) {
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: output(queue), Entries }));
      }
    },

    /**
     * Delivers all visible messages once, like the event source mapping: invokes the handler and deletes the messages that
     * did not fail. Failed messages stay in flight.
     *
     * @param waitSeconds Longest wait for the first message.
     */
    async deliver(queue: string, handler: SqsHandler, waitSeconds = 0, context = lambdaContext()) {
      const QueueUrl = output(queue);
      const messages = await receive(QueueUrl, waitSeconds);
      for (;;) {
        const more = await receive(QueueUrl);
        if (more.length === 0) break;
        messages.push(...more);
      }
      const { batchItemFailures } = (await handler(
        { Records: messages.map(toRecord) },
        context,
      )) as SQSBatchResponse;
      const failedIds = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const failed = messages.filter(({ MessageId = '' }) => failedIds.has(MessageId));
      for (const { MessageId = '', ReceiptHandle } of messages) {
        if (!failedIds.has(MessageId)) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      return { received: messages, failed };
    },

    /** Ends the visibility timeout of messages, unless it has ended by itself. */
    async endVisibilityTimeout(queue: string, messages: readonly Message[]): Promise<void> {
      for (const { ReceiptHandle } of messages) {
        const change = { QueueUrl: output(queue), ReceiptHandle, VisibilityTimeout: 0 };
        await sqs.send(new ChangeMessageVisibilityCommand(change)).catch((error) => {
          if (!(error instanceof MessageNotInflight)) throw error;
        });
      }
    },

    /** Receives and deletes all visible messages of a queue. */
    async drainQueue<Body>(queue: string): Promise<Body[]> {
      const QueueUrl = output(queue);
      const bodies: Body[] = [];
      for (let batch = await receive(QueueUrl); batch.length > 0; batch = await receive(QueueUrl)) {
        for (const { Body = '', ReceiptHandle } of batch) {
          bodies.push(JSON.parse(Body));
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
      return bodies;
    },

    async upload(key: string, body: string | Buffer): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket: output('UploadBucketName'), Key: key, Body: body }));
    },

    /** Reads an object as text; undefined if it does not exist. */
    async readObject(bucket: string, key: string): Promise<string | undefined> {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: output(bucket), Key: key }));
        return await Body?.transformToString();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },

    async stop(): Promise<void> {
      vi.unstubAllEnvs();
      await stop();
    },
  };
}

/** @param remainingMs Remaining time of the function, in ms. */
export function lambdaContext(remainingMs = 30_000): Context {
  const ends = Date.now() + remainingMs;
  return {
    awsRequestId: 'request-1',
    functionName: 'test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
    memoryLimitInMB: '512',
    logGroupName: 'test',
    logStreamName: 'test',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => ends - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

function toRecord({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }: Message): SQSRecord {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ApproximateReceiveCount: Attributes?.ApproximateReceiveCount ?? '',
      SentTimestamp: Attributes?.SentTimestamp ?? '',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:test',
    awsRegion: 'us-east-1',
  };
}
