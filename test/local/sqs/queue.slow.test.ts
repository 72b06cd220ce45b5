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

test('a receive costs the same with 200,000 messages in the queue and 100,000 in flight', async () => {
  const queue = createQueue();
  for (let index = 0; index < 300_000; index++) queue.send({ body: 'a' });
  await receive(queue, 100_000, 600);
  const begun = performance.now();
  for (let index = 0; index < 1_000; index++) {
    const received = await receive(queue);
    for (const { receiptHandle } of received) queue.delete(receiptHandle);
    queue.counts();
    queue.oldestSentAt();
  }
  // About 100 ms. A scan of the messages in each receive would take minutes.
  expect(performance.now() - begun).toBeLessThan(3_000);
});
