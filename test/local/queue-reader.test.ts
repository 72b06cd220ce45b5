import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMemoryStorage } from '../../local/aws-services/storage.ts';
import { createQueueReader } from '../../local/lambda/queue-reader.ts';
import { Sqs } from '../../local/sqs/sqs.ts';

const openSqs = () => new Sqs({ storage: openMemoryStorage(), endpoint: 'http://127.0.0.1:1' });
const signal = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('receives up to the given number of messages, and no more than a payload holds and a slice', async () => {
  const queue = openSqs().createQueue('orders');
  for (let count = 0; count < 1_200; count++) queue.send({ body: 'a' });
  const reader = createQueueReader(queue);
  expect(await reader.receive(1_100, 0, signal)).toHaveLength(1_100);
  expect(await reader.receive(1_100, 0, signal)).toHaveLength(100);

  const large = openSqs().createQueue('large');
  for (let count = 0; count < 600; count++) large.send({ body: 'a'.repeat(20_000) });
  expect(await createQueueReader(large).receive(10_000, 0, signal)).toHaveLength(500);
});

test('a record has every attribute of its message, whatever its name', async () => {
  const queue = openSqs().createQueue('orders');
  const attributes = Object.fromEntries([['__proto__', { DataType: 'String', StringValue: 'kept' }]]);
  queue.send({ body: 'a', attributes });
  const [record] = await createQueueReader(queue).receive(1, 0, signal);
  expect(record?.json).toContain(
    '"messageAttributes":{"__proto__":{"dataType":"String","stringValue":"kept"}}',
  );
});

test('a handle that has expired does not keep the other messages of a batch from being deleted', async () => {
  const queue = openSqs().createQueue('orders.fifo', { FifoQueue: 'true', VisibilityTimeout: '30' });
  queue.send({ body: 'late', groupId: 'a', deduplicationId: '1' });
  const reader = createQueueReader(queue);
  const [late] = await reader.receive(1, 0, signal);
  await vi.advanceTimersByTimeAsync(30_000);
  queue.send({ body: 'in time', groupId: 'b', deduplicationId: '2' });
  const received = await queue.receive({ max: 10, waitMs: 0 });
  const inTime = received.find(({ content }) => content.body === 'in time');
  await reader.delete([late?.receiptHandle ?? '', inTime?.receiptHandle ?? '']);
  expect(Array.from(queue.messages(), ({ body }) => body)).toEqual(['late']);
});
