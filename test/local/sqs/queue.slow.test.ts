import { expect, test } from 'vitest';
import { createQueue, receive } from './create-sqs.ts';

test('a standard queue has at most 120,000 messages in flight', async () => {
  const queue = createQueue();
  for (let index = 0; index < 120_002; index++) queue.send({ body: 'a' });
  expect(await receive(queue, 119_999)).toHaveLength(119_999);
  const last = await receive(queue, 10);
  expect(last).toHaveLength(1);
  await expect(receive(queue)).rejects.toMatchObject({ code: 'OverLimit', status: 403 });
  queue.delete(last[0]?.receiptHandle ?? '');
  expect(await receive(queue)).toHaveLength(1);
});

// A scan of the messages in each receive would exceed the timeout of the test.
test('1,000 receives and deletes work on a queue with 300,000 messages, of which 100,000 are in flight', async () => {
  const queue = createQueue();
  for (let index = 0; index < 300_000; index++) queue.send({ body: 'a' });
  await receive(queue, 100_000, 600);
  let deleted = 0;
  for (let index = 0; index < 1_000; index++) {
    for (const { receiptHandle } of await receive(queue)) {
      queue.delete(receiptHandle);
      deleted++;
    }
    expect(queue.oldestSentAt()).toBeTypeOf('number');
  }
  expect(queue.counts()).toMatchObject({ visible: 200_000 - deleted, inFlight: 100_000 });
});
