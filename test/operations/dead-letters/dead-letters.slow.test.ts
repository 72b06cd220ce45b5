import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createQueue } from '../../../lib/aws/queue.ts';
import { generateOrders } from '../../../lib/produce/generator.ts';
import { type AwsServices, startAwsServices } from '../../../local/aws-services/start-aws-services.ts';
import { findDeadLetters } from '../../../operations/dead-letters/choose-dead-letters.ts';
import { editDeadLetter } from '../../../operations/dead-letters/edit-dead-letter.ts';
import { createLeases } from '../../../operations/dead-letters/hold-messages.ts';
import { listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { purgeDeadLetters } from '../../../operations/dead-letters/purge-dead-letters.ts';
import { redriveDeadLetters } from '../../../operations/dead-letters/redrive-dead-letters.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { startDeadLetters } from './start-dead-letters.ts';

let services: AwsServices;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
});
afterAll(() => services.stop());
const start = () => startDeadLetters(services.endpoint);

const bodies = (count: number): string[] =>
  Array.from(generateOrders({ count, seed: 9 }), (order) => JSON.stringify(order));
const orderIdOf = (body: string): string => JSON.parse(body).order_id;

describe('listing', () => {
  test('counts messages in flight elsewhere, stays within the limit, and releases all messages', async () => {
    const { pipeline, clients, send, count, urls } = await start();
    await send(urls.orderDlq, bodies(40));
    await clients.receive(urls.orderDlq, 0, 600);
    const seen: number[] = [];
    const all = await listDeadLetters(pipeline, 'order', { onProgress: (done) => seen.push(done) });
    expect(all).toMatchObject({ seen: 30, hidden: 10, groups: [{ count: 30, reason: { code: 'passing' } }] });
    expect(seen.at(-1)).toBe(30);
    expect(await listDeadLetters(pipeline, 'order', { limit: 7 })).toMatchObject({ seen: 7, hidden: 10 });
    expect(await count(urls.orderDlq)).toEqual({ visible: 30, hidden: 10 });
  });

  test('releases received messages when it fails and when it is aborted', async () => {
    const { pipeline, send, count, urls } = await start();
    await send(urls.orderDlq, bodies(40));
    let receives = 0;
    intercept(pipeline.clients.sqs, ReceiveMessageCommand, async (input, pass) => {
      if (receives++ === 2) throw sdkError('AccessDenied');
      return pass(input);
    });
    await expect(listDeadLetters(pipeline, 'order')).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(await count(urls.orderDlq)).toEqual({ visible: 40, hidden: 0 });

    const controller = new AbortController();
    const aborted = await listDeadLetters(pipeline, 'order', {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(aborted.seen).toBe(10);
    expect(await count(urls.orderDlq)).toEqual({ visible: 40, hidden: 0 });
  });

  test('continues after an empty answer while SQS counts messages', async () => {
    const { pipeline, send, urls } = await start();
    await send(urls.orderDlq, bodies(3));
    let receives = 0;
    intercept(pipeline.clients.sqs, ReceiveMessageCommand, async (input, pass) =>
      receives++ < 2 ? { $metadata: {} } : pass(input),
    );
    expect(await listDeadLetters(pipeline, 'order')).toMatchObject({ seen: 3 });
  });

  test('finds a message by its id in any queue, and names an id that is in none', async () => {
    const { pipeline, send, urls } = await start();
    await send(urls.orderDlq, bodies(2));
    await send(urls.uploadDlq, ['{}']);
    const [order] = (await listDeadLetters(pipeline, 'order')).letters;
    const [upload] = (await listDeadLetters(pipeline, 'upload')).letters;
    expect(upload).toMatchObject({ reason: { code: 'not_an_s3_event' }, order_id: null });
    expect(await findDeadLetters(pipeline, [upload?.id ?? '', order?.id ?? ''])).toEqual([upload, order]);
    await expect(findDeadLetters(pipeline, [order?.id ?? '', 'no-such-id'])).rejects.toThrow(
      /^message id: .*, received no-such-id$/,
    );
    await expect(listDeadLetters(pipeline, 'shipping')).rejects.toThrow(/^queue: must be one of/);
  });
});

describe('redriving', () => {
  test('deletes exactly the messages that the queue has accepted', async () => {
    const { pipeline, clients, send, count, urls } = await start();
    const sent = bodies(20);
    await send(urls.orderDlq, sent);
    const requests: string[] = [];
    intercept(pipeline.clients.sqs, DeleteMessageBatchCommand, (input, pass) => {
      requests.push('delete');
      return pass(input);
    });
    const refused: string[] = [];
    intercept(pipeline.clients.sqs, SendMessageBatchCommand, async (input, pass) => {
      requests.push('send');
      const [first, ...others] = input.Entries ?? [];
      refused.push(orderIdOf(first?.MessageBody ?? ''));
      const output = await pass({ ...input, Entries: others });
      return { ...output, Failed: [{ Id: first?.Id, Code: 'InvalidMessageContents', SenderFault: true }] };
    });
    const report = await redriveDeadLetters(pipeline, 'order', {});
    expect(report).toMatchObject({ seen: 20, matched: 20, sent: 18 });
    expect(report.failures.map(({ message }) => message)).toEqual(
      refused.map(() => expect.stringContaining('InvalidMessageContents')),
    );
    expect(requests).toEqual(['send', 'send', 'delete', 'delete']);
    const left = await clients.readAll<{ order_id: string }>(urls.orderDlq);
    expect(left.map(({ order_id }) => order_id).sort()).toEqual(refused.sort());
    expect(await count(urls.order)).toEqual({ visible: 18, hidden: 0 });
  });

  test('reports a message that was sent and could not be deleted', async () => {
    const { pipeline, send, count, urls } = await start();
    await send(urls.orderDlq, bodies(1));
    intercept(pipeline.clients.sqs, DeleteMessageBatchCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const { sent, failures } = await redriveDeadLetters(pipeline, 'order', {});
    expect(sent).toBe(1);
    expect(failures).toMatchObject([
      { message: expect.stringMatching(/^sent, but not deleted from the dead-letter queue: .*AccessDenied/) },
    ]);
    expect(await count(urls.orderDlq)).toEqual({ visible: 1, hidden: 0 });
  });

  test('stops when the queue is unreachable, and reports every message as failed', async () => {
    const { pipeline, send, count, urls } = await start();
    await send(urls.orderDlq, bodies(200));
    const sends = intercept(pipeline.clients.sqs, SendMessageBatchCommand, async () => {
      throw sdkError('ECONNREFUSED');
    });
    const { matched, sent, failures } = await redriveDeadLetters(pipeline, 'order', {});
    expect({ matched, sent, failed: failures.length }).toEqual({ matched: 200, sent: 0, failed: 200 });
    expect(sends.length).toBe(8);
    expect(await count(urls.orderDlq)).toEqual({ visible: 200, hidden: 0 });
  });

  test('by two operators concurrently sends every message once', async () => {
    const { pipeline, clients, send, count, urls } = await start();
    const sent = bodies(300);
    await send(urls.orderDlq, sent);
    const reports = await Promise.all([
      redriveDeadLetters(pipeline, 'order', {}),
      redriveDeadLetters(pipeline, 'order', {}),
    ]);
    expect(reports.map((report) => report.sent - report.matched)).toEqual([0, 0]);
    expect(await count(urls.orderDlq)).toEqual({ visible: 0, hidden: 0 });
    const arrived = await clients.readAll<{ order_id: string }>(urls.order);
    expect(arrived.map(({ order_id }) => order_id).sort()).toEqual(sent.map(orderIdOf).sort());
  });

  test('keeps to its rate, and stops after the current batch when it is aborted', async () => {
    const { pipeline, send, count, urls } = await start();
    await send(urls.orderDlq, bodies(60));
    const controller = new AbortController();
    const before = performance.now();
    const report = await redriveDeadLetters(
      pipeline,
      'order',
      {},
      {
        ratePerSecond: 20,
        signal: controller.signal,
        onProgress: (done, total) => {
          if (total !== undefined && done >= 20) controller.abort();
        },
      },
    );
    expect(performance.now() - before).toBeGreaterThan(1_000);
    expect(report).toMatchObject({ matched: 60, sent: 20, failures: [] });
    expect(await count(urls.orderDlq)).toEqual({ visible: 40, hidden: 0 });
  });

  test('selects messages by order, reason, id, or a combination of them', async () => {
    const { pipeline, send, urls } = await start();
    const [first = '', second = ''] = bodies(2);
    await send(urls.orderDlq, [
      first,
      second,
      'junk',
      JSON.stringify({ ...seedOrder, order_id: 'own', price: null }),
    ]);
    const { letters } = await listDeadLetters(pipeline, 'order');
    const junk = letters.find(({ body }) => body === 'junk')?.id ?? '';
    const choose = async (choice: Parameters<typeof redriveDeadLetters>[2]) =>
      (await redriveDeadLetters(pipeline, 'order', choice, { dryRun: true })).matched;
    expect(await choose({})).toBe(4);
    expect(await choose({ reason: 'passing' })).toBe(2);
    expect(await choose({ orderIds: [orderIdOf(first), 'own'] })).toBe(2);
    expect(await choose({ ids: [junk] })).toBe(1);
    expect(await choose({ ids: [junk], reason: 'passing' })).toBe(0);
    expect(await choose({ orderIds: [orderIdOf(second)], reason: 'passing' })).toBe(1);
  });
});

describe('editing and purging', () => {
  test('an edit rejects an invalid body and an unknown message', async () => {
    const { pipeline, send, count, urls } = await start();
    await send(urls.orderDlq, ['junk']);
    const [deadLetter] = (await listDeadLetters(pipeline, 'order')).letters;
    const bad = JSON.stringify({ ...seedOrder, price: -1 });
    await expect(editDeadLetter(pipeline, 'order', deadLetter?.id ?? '', bad)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: 'price must be a finite JSON number of at least 0, received -1',
    });
    await expect(
      editDeadLetter(pipeline, 'order', 'no-such-id', JSON.stringify(seedOrder)),
    ).rejects.toMatchObject({ name: 'InvalidInputError', message: expect.stringContaining('no-such-id') });
    expect(await count(urls.orderDlq)).toEqual({ visible: 1, hidden: 0 });
    await editDeadLetter(pipeline, 'order', deadLetter?.id ?? '', JSON.stringify(seedOrder));
    expect([await count(urls.orderDlq), await count(urls.order)]).toEqual([
      { visible: 0, hidden: 0 },
      { visible: 1, hidden: 0 },
    ]);
  });

  test('a purge leaves messages that arrived after the list was made', async () => {
    const { pipeline, send, count, urls } = await start();
    await send(urls.orderDlq, bodies(12));
    const { letters } = await listDeadLetters(pipeline, 'order');
    await send(urls.orderDlq, bodies(3));
    const purged = await purgeDeadLetters(pipeline, 'order', { ids: letters.map(({ id }) => id) });
    expect(purged).toMatchObject({ matched: 12, deleted: 12, failures: [] });
    expect(await count(urls.orderDlq)).toEqual({ visible: 3, hidden: 0 });
  });
});

test('renews leases until disposal; a message whose renewal was rejected is not leased any more', async () => {
  const { pipeline, send, count, urls } = await start();
  const { sqs } = pipeline.clients;
  await send(urls.orderDlq, bodies(2));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const changes = intercept(sqs, ChangeMessageVisibilityBatchCommand, async (input, pass) => {
    const output = await pass(input);
    // The first renewal of the second message is rejected.
    if (changes.length > 1) return output;
    return {
      ...output,
      Successful: [{ Id: '0' }],
      Failed: [{ Id: '1', Code: 'Refused', SenderFault: true }],
    };
  });
  const leases = createLeases(sqs, urls.orderDlq, 2);
  const since = Date.now();
  const received = await createQueue(sqs, urls.orderDlq).receive({
    maxMessages: 10,
    visibilityTimeout: leases.seconds,
    waitSeconds: 0,
  });
  for (const message of received) leases.add(message, since);
  const ids = received.map(({ id }) => id);
  expect(ids.map(leases.isLeased)).toEqual([true, true]);

  vi.advanceTimersByTime(7_000);
  await vi.waitFor(() => expect(changes.length).toBe(1), 20_000);
  expect(changes[0]?.Entries?.map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual([20, 20]);
  // Waits for a renewal in progress.
  await leases.release([]);
  vi.setSystemTime(since + 16_000);
  expect(ids.map(leases.isLeased)).toEqual([true, false]);

  await leases[Symbol.asyncDispose]();
  expect(changes.at(-1)?.Entries?.map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual([0, 0]);
  vi.useRealTimers();
  expect(await count(urls.orderDlq)).toEqual({ visible: 2, hidden: 0 });
});
