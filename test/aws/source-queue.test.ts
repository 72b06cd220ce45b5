import { DeleteMessageBatchCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { createSourceQueue } from '../../lib/aws/source-queue.ts';
import { connectClients, startTestServices } from '../local/start-test-services.ts';
import { intercept } from './intercept.ts';

/** A queue that hides messages for 1 s, and as many of its messages in hand. */
async function start(count: number) {
  const { sqs, createQueue, receive } = await startTestServices();
  const queueUrl = await createQueue('work', { VisibilityTimeout: '1' });
  const handles: string[] = [];
  for (let sent = 0; sent < count; sent += 10) {
    const size = Math.min(10, count - sent);
    const Entries = Array.from({ length: size }, (_, index) => ({ Id: `${index}`, MessageBody: 'any' }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    handles.push(...(await receive(queueUrl, 0, 2)).map(({ ReceiptHandle = '' }) => ReceiptHandle));
  }
  const requests = intercept(sqs, DeleteMessageBatchCommand);
  const queue = createSourceQueue(sqs, queueUrl);
  return { sqs, queue, queueUrl, handles, requests, receive: () => receive(queueUrl, 3) };
}

test('a queue says its ARN, and for how long it hides messages', async () => {
  const { queue } = await start(0);
  expect(await queue.describe()).toEqual({
    arn: 'arn:aws:sqs:us-east-1:000000000000:work',
    visibilityTimeout: 1,
  });
});

test('a queue that is not there is a ServiceError', async () => {
  const { sqs, queueUrl } = await start(0);
  await expect(createSourceQueue(sqs, `${queueUrl}-other`).describe()).rejects.toMatchObject({
    name: 'ServiceError',
    message: expect.stringMatching(/^GetQueueAttributes: .*NonExistentQueue|QueueDoesNotExist/),
  });
});

test('messages are deleted, ten to a request', async () => {
  const { queue, handles, requests, receive } = await start(12);
  expect(await queue.delete(handles)).toEqual(handles.map(() => ({ ok: true, value: undefined })));
  expect(requests.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);
  expect(await receive()).toEqual([]);
});

test('no messages need no request', async () => {
  const { queue, requests } = await start(0);
  expect(await queue.delete([])).toEqual([]);
  expect(requests).toEqual([]);
});

test('a message that SQS does not delete fails alone', async () => {
  const { queue, sqs, handles, receive } = await start(2);
  intercept(sqs, DeleteMessageBatchCommand, async (input, pass) => {
    const output = await pass({ ...input, Entries: input.Entries?.slice(1) });
    return { ...output, Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid', SenderFault: true }] };
  });
  expect(await queue.delete(handles)).toMatchObject([
    { ok: false, error: { name: 'ServiceError', code: 'ReceiptHandleIsInvalid' } },
    { ok: true },
  ]);
  expect(await receive()).toHaveLength(1);
});

test('a dead endpoint fails each message and throws nothing', async () => {
  const dead = createSourceQueue(
    connectClients('http://127.0.0.1:1').sqs,
    'http://127.0.0.1:1/000000000000/work',
  );
  expect(await dead.delete(['a', 'b'])).toMatchObject([
    { ok: false, error: { code: 'ECONNREFUSED' } },
    { ok: false, error: { code: 'ECONNREFUSED' } },
  ]);
});
