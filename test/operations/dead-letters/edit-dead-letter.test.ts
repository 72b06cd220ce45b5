import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import {
  editDeadLetter,
  NoSuchDeadLetterError,
  NotMovedError,
} from '../../../operations/dead-letters/edit-dead-letter.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const order = (order_id: string) => JSON.stringify({ ...seedOrder, order_id });
const open = (...order: string[]) => openScriptedPipeline({ deadLetters: { order } });

describe('editing', () => {
  test('sends the new body and deletes the dead letter', async () => {
    const { pipeline, sentTo, deadLettersLeft } = open('junk', 'other');
    await editDeadLetter(pipeline, 'order', 'order-dlq-0', order('a'));
    expect(sentTo('order')).toEqual([JSON.parse(order('a'))]);
    expect(deadLettersLeft()).toEqual(['order-dlq-1']);
  });

  test('rejects an invalid body with all of its errors, before any message is received', async () => {
    const { pipeline, receives } = open('junk');
    const body = JSON.stringify({ ...seedOrder, price: -1, email_id: 'jane' });
    await expect(editDeadLetter(pipeline, 'order', 'order-dlq-0', body)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(/^email_id must be .*; price must be [^;]*$/),
    });
    expect(receives).toEqual([]);
  });

  test('distinguishes a dead letter that was not found from one that could not be moved', async () => {
    const { pipeline } = open('junk');
    const missing = editDeadLetter(pipeline, 'order', 'x', order('a'));
    await expect(missing).rejects.toThrow(NoSuchDeadLetterError);
    await expect(missing).rejects.toThrow(/^message x: not found: the message was deleted/);
    intercept(pipeline.clients.sqs, SendMessageBatchCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const stuck = editDeadLetter(pipeline, 'order', 'order-dlq-0', order('a'));
    await expect(stuck).rejects.toThrow(NotMovedError);
    await expect(stuck).rejects.toThrow(/^message order-dlq-0: .*AccessDenied/);
  });
});
