import { randomUUID } from 'node:crypto';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { PublishBatchCommand } from '@aws-sdk/client-sns';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../harness/fault-proxy/fault.ts';
import { startFaultProxy } from '../../harness/fault-proxy/start-fault-proxy.ts';
import { type AwsServices, startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients } from '../local/start-test-services.ts';

let services: AwsServices;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
});
afterAll(() => services.stop());

/** Creates clients behind a proxy that injects the same fault into every request, and clients without a proxy. */
async function startProxied(fault: Fault | undefined) {
  const direct = connectClients(services.endpoint);
  const killed: string[] = [];
  const proxy = startFaultProxy({ decide: () => fault, kill: (client) => killed.push(client) });
  onTestFinished(proxy.close);
  const endpoint = await proxy.addClient('consumer-1');
  const { endpoint: awsEndpoint } = services;
  proxy.setUpstream({ awsEndpoint, dynamoDbEndpoint: awsEndpoint });
  const dynamoDb = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  const behind = (url: string) => url.replace(awsEndpoint, endpoint);
  return { direct, proxied: connectClients(endpoint), dynamoDb, behind, killed };
}

const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Id: `e-${index}`, MessageBody: `body ${index}` }));

async function errorNamesOf(fault: Fault) {
  const { proxied, dynamoDb } = await startProxied(fault);
  const requests = [
    proxied.sqs.send(new ReceiveMessageCommand({ QueueUrl: 'http://127.0.0.1/000000000000/any' })),
    proxied.sns.send(new PublishBatchCommand({ TopicArn: 'any', PublishBatchRequestEntries: [] })),
    proxied.s3.send(new GetObjectCommand({ Bucket: 'any', Key: 'any' })),
    dynamoDb.send(new BatchGetItemCommand({ RequestItems: {} })),
  ];
  return Promise.all(requests.map((request) => request.then(String, ({ name }: Error) => name)));
}

describe('the SDK', () => {
  it('recognizes the throttling error of each service', async () => {
    expect(await errorNamesOf({ kind: 'throttle' })).toEqual([
      'RequestThrottled',
      'Throttling',
      'SlowDown',
      'ProvisionedThroughputExceededException',
    ]);
  });

  it('recognizes the internal error of each service', async () => {
    expect(await errorNamesOf({ kind: 'error' })).toEqual([
      'InternalFailure',
      'InternalFailure',
      'InternalError',
      'InternalServerError',
    ]);
  });

  it.each([{ when: 'before' } as const, { when: 'after' } as const])(
    'sees a connection that is closed $when the request is processed',
    async ({ when }) => {
      const { direct, proxied, behind } = await startProxied({ kind: 'cut', when });
      const queueUrl = await direct.createQueue(randomUUID());
      const send = new SendMessageBatchCommand({ QueueUrl: behind(queueUrl), Entries: entries(2) });
      await expect(proxied.sqs.send(send)).rejects.toThrow(/socket hang up|ECONNRESET/);
      expect(await direct.receive(queueUrl)).toHaveLength(when === 'after' ? 2 : 0);
    },
  );

  it('sees every second entry of a batch rejected and the others processed', async () => {
    const { direct, proxied, behind } = await startProxied({ kind: 'partial' });
    const { topicArn, queueUrl } = await direct.createTopicWithQueue(randomUUID());
    const sent = await proxied.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: behind(queueUrl), Entries: entries(3) }),
    );
    expect(sent.Failed?.map(({ Id }) => Id)).toEqual(['e-0', 'e-2']);
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['e-1']);
    const PublishBatchRequestEntries = entries(3).map(({ Id, MessageBody }) => ({
      Id,
      Message: MessageBody,
    }));
    const published = await proxied.sns.send(
      new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries }),
    );
    expect(published.Failed?.map(({ Id }) => Id)).toEqual(['e-0', 'e-2']);
    expect(published.Successful?.map(({ Id }) => Id)).toEqual(['e-1']);
    const bodies = (await direct.receive(queueUrl)).map(({ Body }) => Body);
    expect(bodies).toEqual(['body 1', 'body 1']);
  });
});

describe('a receive', () => {
  it('that is redelivered leaves its messages visible in the queue', async () => {
    const { direct, proxied, behind } = await startProxied({ kind: 'redeliver' });
    const queueUrl = await direct.createQueue(randomUUID());
    await direct.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries(3) }));
    const first = await proxied.receive(behind(queueUrl));
    const second = await direct.receive(queueUrl);
    expect(first).toHaveLength(3);
    expect(second.map(({ MessageId }) => MessageId).sort()).toEqual(
      first.map(({ MessageId }) => MessageId).sort(),
    );
  });

  it('that is reordered returns the last message first and withholds every third one', async () => {
    const { direct, proxied, behind } = await startProxied({ kind: 'reorder' });
    const queueUrl = await direct.createQueue(randomUUID());
    await direct.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries(4) }));
    const first = await proxied.receive(behind(queueUrl));
    expect(first.map(({ Body }) => Body)).toEqual(['body 3', 'body 2', 'body 0']);
    expect((await direct.receive(queueUrl)).map(({ Body }) => Body)).toEqual(['body 1']);
  });
});

it('acknowledges a forgotten deletion without deleting the message', async () => {
  const { direct, proxied, behind } = await startProxied({ kind: 'forget' });
  const queueUrl = await direct.createQueue(randomUUID());
  await direct.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries(1) }));
  const [message] = await direct.receive(queueUrl, 0, 0);
  const Entries = [{ Id: 'e-0', ReceiptHandle: message?.ReceiptHandle }];
  const answer = await proxied.sqs.send(
    new DeleteMessageBatchCommand({ QueueUrl: behind(queueUrl), Entries }),
  );
  expect(answer.Successful).toEqual([{ Id: 'e-0' }]);
  expect(await direct.receive(queueUrl)).toHaveLength(1);
});

it('kills a client before or after its request is processed', async () => {
  for (const when of ['before', 'after'] as const) {
    const { direct, proxied, behind, killed } = await startProxied({ kind: 'kill', when });
    const queueUrl = await direct.createQueue(randomUUID());
    const send = new SendMessageBatchCommand({ QueueUrl: behind(queueUrl), Entries: entries(1) });
    await expect(proxied.sqs.send(send)).rejects.toThrow();
    expect(killed).toEqual(['consumer-1']);
    expect(await direct.receive(queueUrl)).toHaveLength(when === 'after' ? 1 : 0);
  }
});
