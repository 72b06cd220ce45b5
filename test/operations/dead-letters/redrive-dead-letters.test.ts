import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { InvalidInputError } from '../../../lib/errors.ts';
import { parseOrderText } from '../../../lib/order/order.ts';
import { redriveDeadLetters } from '../../../operations/dead-letters/redrive-dead-letters.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';
import { skipPauses } from '../../skip-pauses.ts';

/** Advances the clock instead of waiting. */
beforeEach(() => {
  skipPauses((ms) => vi.setSystemTime(Date.now() + Math.ceil(ms)));
});

const order = (order_id: string, price = 39.9) => JSON.stringify({ ...seedOrder, price, order_id });
const orders = (count: number) => Array.from({ length: count }, (_, n) => order(`o-${n}`));
const open = (...order: string[]) => openScriptedPipeline({ deadLetters: { order } });
const MISSING = 'not found: the message was deleted, is in flight elsewhere, or has another reason';

describe('redriving', () => {
  test('sends bodies and attributes unchanged, then deletes the messages and releases the others', async () => {
    const { pipeline, sends, deadLettersLeft } = open(order('a'), 'junk', order('b'));
    const MessageAttributes = { shop: { DataType: 'String', StringValue: '7' } };
    intercept(pipeline.clients.sqs, ReceiveMessageCommand, async (input, pass) => {
      const { Messages = [], ...output } = await pass(input);
      return { ...output, Messages: Messages.map((message) => ({ ...message, MessageAttributes })) };
    });
    const deletes = intercept(pipeline.clients.sqs, DeleteMessageBatchCommand, (input, pass) => {
      expect(sends).toHaveLength(1);
      return pass(input);
    });
    const progress: unknown[] = [];
    const report = await redriveDeadLetters(
      pipeline,
      'order',
      { reason: 'passing', ids: ['order-dlq-0', 'order-dlq-2', 'x'] },
      { onProgress: (done, total) => progress.push([done, total]) },
    );
    expect(report).toEqual({
      queue: 'order',
      seen: 3,
      matched: 2,
      sent: 2,
      failures: [{ id: 'x', message: MISSING }],
      dryRun: false,
    });
    expect(sends[0]?.QueueUrl).toMatch(/\/order$/);
    expect(sends[0]?.Entries).toEqual([
      { Id: '0', MessageBody: order('a'), MessageAttributes },
      { Id: '1', MessageBody: order('b'), MessageAttributes },
    ]);
    expect(deletes[0]?.Entries?.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual([
      'order-dlq-0',
      'order-dlq-2',
    ]);
    expect(deadLettersLeft()).toEqual(['order-dlq-1']);
    expect(progress.at(-1)).toEqual([2, 2]);
  });

  test('reports in a dry run what it would send, and sends nothing', async () => {
    const { pipeline, sends, deadLettersLeft } = open(order('a'), order('b', -1));
    const editBody = (body: string) => body;
    expect(await redriveDeadLetters(pipeline, 'order', {}, { dryRun: true, editBody })).toEqual({
      queue: 'order',
      seen: 2,
      matched: 2,
      sent: 0,
      failures: [
        { id: 'order-dlq-1', message: 'price must be a finite JSON number of at least 0, received -1' },
      ],
      dryRun: true,
    });
    expect(sends).toEqual([]);
    expect(deadLettersLeft()).toHaveLength(2);
  });

  test('sends edited bodies, and reports messages whose new body is invalid or that cannot be edited', async () => {
    const { pipeline, sentTo, deadLettersLeft } = open(order('a', -1), order('b', -2), 'junk');
    const editBody = (body: string) => {
      const parsed = parseOrderText(body);
      if (!parsed.ok && parsed.errors[0]?.code === 'not_json')
        throw new InvalidInputError('cannot be edited');
      return body.includes('"a"') ? order('a', 5) : body.replace('"email_id"', '"mail"');
    };
    const { sent, failures } = await redriveDeadLetters(pipeline, 'order', {}, { editBody });
    expect(sent).toBe(1);
    expect(sentTo('order')).toEqual([JSON.parse(order('a', 5))]);
    expect(failures).toEqual([
      {
        id: 'order-dlq-1',
        message: expect.stringMatching(/^email_id .*, received nothing; price must be .*, received -2$/),
      },
      { id: 'order-dlq-2', message: 'cannot be edited' },
    ]);
    expect(deadLettersLeft()).toEqual(['order-dlq-1', 'order-dlq-2']);
  });

  test('stops and releases all messages if editing throws an unexpected error', async () => {
    const { pipeline, deadLettersLeft } = open(order('a'));
    const editBody = () => {
      throw new TypeError('a bug');
    };
    await expect(redriveDeadLetters(pipeline, 'order', {}, { editBody })).rejects.toThrow('a bug');
    expect(deadLettersLeft()).toHaveLength(1);
  });

  test('keeps messages that the queue rejects, continues with the others, and reports failed deletions', async () => {
    const { pipeline, deadLettersLeft } = open(...orders(3));
    intercept(pipeline.clients.sqs, SendMessageBatchCommand, async () => ({
      $metadata: {},
      Successful: ['1', '2'].map((Id) => ({ Id, MessageId: 'm', MD5OfMessageBody: '' })),
      Failed: [{ Id: '0', Code: 'InvalidMessageContents', SenderFault: true }],
    }));
    intercept(pipeline.clients.sqs, DeleteMessageBatchCommand, async (input, pass) => {
      const { Entries = [] } = input;
      await pass({ ...input, Entries: Entries.slice(1) });
      return {
        $metadata: {},
        Successful: [{ Id: '1' }],
        Failed: [{ Id: '0', Code: 'Refused', SenderFault: true }],
      };
    });
    const { sent, failures } = await redriveDeadLetters(pipeline, 'order', {});
    expect(sent).toBe(2);
    expect(failures).toEqual([
      { id: 'order-dlq-0', message: expect.stringContaining('InvalidMessageContents') },
      {
        id: 'order-dlq-1',
        message: expect.stringMatching(/^sent, but not deleted from the dead-letter queue: .*Refused/),
      },
    ]);
    expect(deadLettersLeft()).toEqual(['order-dlq-0', 'order-dlq-1']);
  });

  test('sends nothing more after the queue rejected a whole batch, and reports every message', async () => {
    const { pipeline, deadLettersLeft } = open(...orders(170));
    const sends = intercept(pipeline.clients.sqs, SendMessageBatchCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const progress: unknown[] = [];
    const { sent, failures } = await redriveDeadLetters(
      pipeline,
      'order',
      {},
      { onProgress: (done, total) => total !== undefined && progress.push([done, total]) },
    );
    expect([sent, failures.length, new Set(failures.map(({ id }) => id)).size]).toEqual([0, 170, 170]);
    for (const { message } of failures) expect(message).toContain('AccessDenied');
    // One batch is eight requests of ten.
    expect(sends).toHaveLength(8);
    expect(progress).toEqual(Array(3).fill([0, 170]));
    expect(deadLettersLeft()).toHaveLength(170);
  });

  test('does not send a message whose lease has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { pipeline, sends } = open(...orders(81));
    let lost = false;
    intercept(pipeline.clients.sqs, SendMessageBatchCommand, (input, pass) => {
      if (!lost) vi.setSystemTime(Date.now() + 16_000);
      lost = true;
      return pass(input);
    });
    const { sent, failures } = await redriveDeadLetters(pipeline, 'order', {});
    expect(sent).toBe(80);
    expect(failures).toEqual([
      {
        id: expect.any(String),
        message: 'not sent: its lease expired, so it is visible in the dead-letter queue again',
      },
    ]);
    expect(sends).toHaveLength(8);
  });

  test.each([
    [undefined, [80, 20]],
    [200, [80, 20]],
    [80, [40, 40, 20]],
    [81, [40, 40, 20]],
  ])(
    'at %s messages per second sends batches of %j, each of at most half a second',
    async (ratePerSecond, sizes) => {
      vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
      onTestFinished(() => void vi.useRealTimers());
      const { pipeline } = open(...orders(100));
      const done: number[] = [];
      const began = Date.now();
      await redriveDeadLetters(
        pipeline,
        'order',
        {},
        { ratePerSecond, onProgress: (sent, total) => total && done.push(sent) },
      );
      expect(done.map((sent, index) => sent - (done[index - 1] ?? 0))).toEqual(sizes);
      expect(Date.now() - began).toBe(ratePerSecond ? Math.ceil(100_000 / ratePerSecond) : 0);
    },
  );

  test('sends nothing more after it was aborted, and releases the other messages', async () => {
    const { pipeline, deadLettersLeft } = open(...orders(200));
    const controller = new AbortController();
    const { sent, matched } = await redriveDeadLetters(
      pipeline,
      'order',
      {},
      { signal: controller.signal, onProgress: (_, total) => total && controller.abort() },
    );
    expect({ sent, matched }).toEqual({ sent: 80, matched: 200 });
    expect(deadLettersLeft()).toHaveLength(120);
  });
});
