import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test, vi } from 'vitest';
import { startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients, startTestServices } from './start-test-services.ts';

describe('the AWS services', () => {
  test('listen on 127.0.0.1 and on no other address', async () => {
    const { services } = await startTestServices();
    const { hostname, port } = new URL(services.endpoint);
    expect(hostname).toBe('127.0.0.1');
    // A server on 0.0.0.0 would answer here, since 127/8 is this machine.
    const socket = connect(Number(port), '127.0.0.2');
    await expect(once(socket, 'connect')).rejects.toThrow();
  });

  test('reject a port in use with EADDRINUSE', async () => {
    const { services } = await startTestServices();
    const port = Number(new URL(services.endpoint).port);
    const second = startAwsServices({ port, mailboxQueueName: 'mailbox' });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('end an open long poll when they stop, and can be stopped twice', async () => {
    const { services, createQueue, receive } = await startTestServices();
    const longPoll = receive(await createQueue('orders'), 20).catch((error: Error) => error);
    await sleep(100);
    const before = performance.now();
    await Promise.all([services.stop(), services.stop()]);
    // Much less than the 20 s of the poll.
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(await longPoll).toBeDefined();
    await expect(fetch(services.endpoint)).rejects.toThrow();
  });

  test('report a crash of their thread, and later calls reject', async () => {
    const started = once(process, 'worker') as Promise<[Worker]>;
    const onCrash = vi.fn<(error: Error) => void>();
    const { services } = await startTestServices({ onCrash });
    const [worker] = await started;
    // The call comes after terminate(): before it, the thread might still answer.
    const ended = worker.terminate();
    await expect(services.counts()).rejects.toMatchObject({ code: 'THREAD_GONE' });
    await ended;
    expect(onCrash.mock.calls[0]?.[0].message).toContain('the thread ended unexpectedly');
    await expect(services.counts()).rejects.toMatchObject({ code: 'THREAD_GONE' });
    await services.stop();
  });

  test('do not report a normal stop as a crash', async () => {
    const onCrash = vi.fn<(error: Error) => void>();
    const { services } = await startTestServices({ onCrash });
    await services.stop();
    expect(onCrash).not.toHaveBeenCalled();
  });
});

describe('queues', () => {
  test('have URLs that SDK clients of any region can use', async () => {
    const { services, createQueue } = await startTestServices();
    const queueUrl = await createQueue('orders');
    expect(queueUrl).toBe(`${services.endpoint}/000000000000/orders`);
    const port = new URL(services.endpoint).port;
    const elsewhere = connectClients(`http://localhost:${port}`, 'eu-west-1');
    const found = await elsewhere.sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
    expect(found.QueueUrl).toBe(queueUrl);
  });

  test('accept emoji and rare CJK characters and refuse control characters', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const QueueUrl = await createQueue('orders');
    const answer = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'Zoë 🎉 𠮷野' },
          { Id: 'bad', MessageBody: 'Zoë \u0000' },
          { Id: 'worse', MessageBody: '🎉 \uFFFF' },
        ],
      }),
    );
    expect(answer.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
      ['bad', 'InvalidMessageContents'],
      ['worse', 'InvalidMessageContents'],
    ]);
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(['Zoë 🎉 𠮷野']);
  });

  test('end a long poll when a message becomes visible again', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const QueueUrl = await createQueue('orders');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'once more' }));
    const [first] = await receive(QueueUrl);
    const { ReceiptHandle } = first ?? {};
    const before = performance.now();
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 1 }));
    const [second] = await receive(QueueUrl, 20);
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
    expect(performance.now() - before).toBeGreaterThan(950);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('count a message as visible after its visibility timeout, even without a receive', async () => {
    const { sqs, createQueue, receive, countVisible } = await startTestServices();
    const queueUrl = await createQueue('orders');
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'any' }));
    expect(await receive(queueUrl, 0, 1)).toHaveLength(1);
    expect(await countVisible(queueUrl)).toBe(0);
    await vi.waitFor(async () => expect(await countVisible(queueUrl)).toBe(1), { timeout: 5_000 });
  });

  test('redeliver the message whose visibility timeout expires first, whatever else is in flight', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const queueUrl = await createQueue('orders');
    for (const MessageBody of ['long', 'short', 'cut short'])
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    const take = (VisibilityTimeout: number) =>
      sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, VisibilityTimeout }));
    await take(600);
    await take(1);
    const { Messages = [] } = await take(600);
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: Messages[0]?.ReceiptHandle,
        VisibilityTimeout: 2,
      }),
    );
    expect(await receive(queueUrl, 0)).toHaveLength(0);
    expect((await receive(queueUrl, 5)).map(({ Body }) => Body)).toEqual(['short']);
    expect((await receive(queueUrl, 5)).map(({ Body }) => Body)).toEqual(['cut short']);
  });

  test('change visibility in batches and return the unknown receipt handles', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const QueueUrl = await createQueue('orders');
    for (const MessageBody of ['a', 'b']) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const received = await receive(QueueUrl);
    const Entries = received.map(({ ReceiptHandle }, index) => ({
      Id: `${index}`,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    Entries.push({ Id: 'unknown', ReceiptHandle: 'nonsense', VisibilityTimeout: 0 });
    const answer = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['0', '1']);
    expect(answer.Failed?.map(({ Id }) => Id)).toEqual(['unknown']);
    expect(await receive(QueueUrl)).toHaveLength(2);
  });

  test('move a message with its attributes and receive count to the dead-letter queue after maxReceiveCount receives', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const deadLetterUrl = await createQueue('ordersDLQ');
    const QueueUrl = await createQueue('orders', {
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:ordersDLQ',
        maxReceiveCount: 3,
      }),
    });
    const MessageAttributes = { trace: { DataType: 'String', StringValue: 't-1' } };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison', MessageAttributes }));
    const counts: unknown[] = [];
    for (let [message] = await receive(QueueUrl); message; [message] = await receive(QueueUrl)) {
      counts.push(message.Attributes?.ApproximateReceiveCount);
    }
    expect(counts).toEqual(['1', '2', '3']);
    const [dead] = await receive(deadLetterUrl);
    expect(dead).toMatchObject({ Body: 'poison', MessageAttributes });
    // Three receives from the source queue, and this one.
    expect(dead?.Attributes?.ApproximateReceiveCount).toBe('4');
  });

  test('end one of many long polls for one message', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const QueueUrl = await createQueue('orders');
    const ended: number[] = [];
    const polls = Array.from({ length: 5 }, async () => {
      ended.push((await receive(QueueUrl, 5)).length);
    });
    await sleep(300);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    await Promise.race(polls);
    await sleep(300);
    expect(ended).toEqual([1]);
    await Promise.all(polls);
    expect(ended).toEqual([1, 0, 0, 0, 0]);
  });

  test('end as many long polls as the number of messages needs', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const QueueUrl = await createQueue('orders');
    const polls = Promise.all(Array.from({ length: 3 }, () => receive(QueueUrl, 20)));
    await sleep(300);
    const send = (from: string) => {
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Id: `${index}`,
        MessageBody: `${from}${index}`,
      }));
      return sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    };
    await Promise.all([send('a'), send('b'), send('c')]);
    const answers = await polls;
    for (const messages of answers) expect(messages).not.toEqual([]);
    const received = answers.flat().map(({ Body }) => Body);
    expect(new Set(received).size).toBe(received.length);
  });

  test('give no message to a long poll whose client disconnected', async () => {
    const { sqs, createQueue, receive } = await startTestServices();
    const QueueUrl = await createQueue('orders');
    const leaving = new AbortController();
    const abandoned = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: leaving.signal,
    });
    await sleep(300);
    leaving.abort();
    await expect(abandoned).rejects.toThrow();
    await sleep(100);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'still here' }));
    const [message] = await receive(QueueUrl, 5);
    expect(message?.Body).toBe('still here');
    expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
  });
});

describe("Lambda's Invoke API", () => {
  const invokeOver = (endpoint: string, name: string, init: RequestInit = {}) =>
    fetch(`${endpoint}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, {
      method: 'POST',
      ...init,
    });

  test("returns the function's answer for any content type", async () => {
    const { services } = await startTestServices({
      functions: {
        invoke: async (name, payload, type) => ({
          found: true,
          payload: JSON.stringify({ name, payload, type }),
        }),
      },
    });
    for (const contentType of [
      'application/json',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
    ]) {
      const headers = { 'content-type': contentType };
      const answer = await invokeOver(services.endpoint, 'producer', { body: '{"count":50}', headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-amz-function-error')).toBeNull();
      expect(await answer.json()).toEqual({
        name: 'producer',
        payload: { count: 50 },
        type: 'RequestResponse',
      });
    }
    const byArn = await invokeOver(
      services.endpoint,
      'arn:aws:lambda:us-east-1:000000000000:function:producer:$LATEST',
    );
    expect(await byArn.json()).toEqual({ name: 'producer', payload: {}, type: 'RequestResponse' });
  });

  test('reports a function error in the response header', async () => {
    const { services } = await startTestServices({
      functions: {
        invoke: async () => ({ found: true, payload: '{"errorMessage":"no"}', functionError: 'Unhandled' }),
      },
    });
    const answer = await invokeOver(services.endpoint, 'producer');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await answer.json()).toEqual({ errorMessage: 'no' });
  });

  test('answers an event invocation with 202 and a dry run with 204, without an invocation', async () => {
    const invoke = vi.fn(async () => ({ found: true as const }));
    const { services } = await startTestServices({ functions: { invoke } });
    const asType = (type: string) => ({ headers: { 'x-amz-invocation-type': type }, body: '{"a":1}' });
    expect((await invokeOver(services.endpoint, 'f', asType('DryRun'))).status).toBe(204);
    expect(invoke).not.toHaveBeenCalled();
    expect((await invokeOver(services.endpoint, 'f', asType('Event'))).status).toBe(202);
    expect(invoke).toHaveBeenCalledExactlyOnceWith('f', { a: 1 }, 'Event');
  });

  test.each([
    ['an unknown function', {}, 404, 'ResourceNotFoundException', 'Function not found: unknown'],
    ['a payload that is not JSON', { body: '{' }, 400, 'InvalidRequestContentException', 'Could not parse'],
    [
      'an unknown invocation type',
      { headers: { 'x-amz-invocation-type': 'Later' } },
      400,
      'InvalidParameterValueException',
      'received Later',
    ],
  ])('refuses %s', async (_what, init, status, type, message) => {
    const { services } = await startTestServices();
    const answer = await invokeOver(services.endpoint, 'unknown', init);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-amzn-errortype')).toBe(type);
    expect(await answer.json()).toEqual({ Type: 'User', Message: expect.stringContaining(message) });
  });
});

describe('SQS', () => {
  test('counts the messages that each queue receives, but not their deliveries', async () => {
    const { services, sqs, createQueue, receive } = await startTestServices();
    const QueueUrl = await createQueue('counted');
    for (const MessageBody of ['one', 'two'])
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    await receive(QueueUrl, 0, 0);
    await receive(QueueUrl, 0, 0);
    expect((await services.counts()).queued).toEqual({ counted: 2, mailbox: 0 });
  });

  test('answer the query protocol of old clients, at the endpoint and at the URL of a queue', async () => {
    const { services, createQueue, receive } = await startTestServices();
    const queueUrl = await createQueue('orders');
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const post = async (url: string, form: string) =>
      (await fetch(url, { method: 'POST', headers, body: `${form}&Version=2012-11-05` })).text();
    expect(await post(services.endpoint, 'Action=GetQueueUrl&QueueName=orders')).toContain(
      `<QueueUrl>${queueUrl}</QueueUrl>`,
    );
    expect(await post(queueUrl, 'Action=SendMessage&MessageBody=a+%26+b')).toContain('<MessageId>');
    expect((await receive(queueUrl)).map(({ Body }) => Body)).toEqual(['a & b']);
  });
});
