import { describe, expect, test } from 'vitest';
import type { Queue } from '../../../local/sqs/queue.ts';
import { createQueue, receive, receiveBodies } from './create-sqs.ts';

/** Sends `count` messages of a group, whose bodies are its id. */
function sendMany(queue: Queue, groupId: string | undefined, count: number): void {
  for (let index = 0; index < count; index++) queue.send({ body: groupId ?? 'none', groupId });
}

describe('a fair queue', () => {
  test('delivers quiet groups before a group with 30 messages in flight, more than 10 % of all', async () => {
    const queue = createQueue();
    sendMany(queue, 'noisy', 100);
    await receive(queue, 30);
    sendMany(queue, 'quiet', 1);
    sendMany(queue, undefined, 2);
    expect(queue.counts()).toMatchObject({ visible: 73, noisyGroups: 1, visibleInQuietGroups: 3 });
    expect(await receiveBodies(queue, 5)).toEqual(['quiet', 'none', 'none', 'noisy', 'noisy']);
  });

  test('delivers in the order of sends with 29 messages of a group in flight', async () => {
    const queue = createQueue();
    sendMany(queue, 'busy', 100);
    await receive(queue, 29);
    sendMany(queue, 'quiet', 1);
    expect(queue.counts()).toMatchObject({ noisyGroups: 0, visibleInQuietGroups: 72 });
    expect(await receiveBodies(queue, 1)).toEqual(['busy']);
  });

  test('has no noisy group with exactly 10 % of the messages in flight', async () => {
    const queue = createQueue();
    for (let group = 0; group < 10; group++) sendMany(queue, `g${group}`, 30);
    await receive(queue, 300);
    expect(queue.counts().noisyGroups).toBe(0);
    sendMany(queue, 'g0', 1);
    await receive(queue, 1);
    expect(queue.counts().noisyGroups).toBe(1);
  });

  test('delivers a group in its order again as soon as it has fewer messages in flight', async () => {
    const queue = createQueue();
    sendMany(queue, 'noisy', 100);
    const [one] = await receive(queue, 30);
    sendMany(queue, 'quiet', 2);
    expect(await receiveBodies(queue, 1)).toEqual(['quiet']);
    queue.delete(one?.receiptHandle ?? '');
    expect(queue.counts().noisyGroups).toBe(0);
    expect(await receiveBodies(queue, 1)).toEqual(['noisy']);
  });

  test('never treats messages without a group as noisy', async () => {
    const queue = createQueue();
    sendMany(queue, undefined, 100);
    await receive(queue, 50);
    sendMany(queue, 'quiet', 1);
    expect(queue.counts().noisyGroups).toBe(0);
    expect(await receiveBodies(queue, 2)).toEqual(['none', 'none']);
  });

  test('delivers every message once, whatever the groups are', async () => {
    const queue = createQueue();
    const sent = new Set<string>();
    const received: string[] = [];
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let step = 0; step < 3_000; step++) {
      const group = random(12);
      for (let index = 0; index < random(4); index++) {
        const body = `${step}-${index}`;
        sent.add(body);
        queue.send({ body, groupId: group === 0 ? undefined : `g${group < 6 ? 1 : group}` });
      }
      for (const { content, receiptHandle } of await receive(queue, random(5))) {
        if (random(3) === 0) queue.changeVisibility(receiptHandle, 0);
        else if (random(3) > 0 || step % 1_000 === 999) {
          queue.delete(receiptHandle);
          received.push(content.body);
        }
      }
    }
    const { visible, inFlight } = queue.counts();
    const rest = await receiveBodies(queue, 10_000);
    expect(rest).toHaveLength(visible);
    expect(received.length + visible + inFlight).toBe(sent.size);
    expect(new Set([...received, ...rest]).size).toBe(received.length + visible);
  });
});
