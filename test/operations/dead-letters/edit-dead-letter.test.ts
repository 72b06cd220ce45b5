import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import {
  editDeadLetter,
  NoSuchLetterError,
  NotMovedError,
} from '../../../operations/dead-letters/edit-dead-letter.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const order = (order_id: string) => JSON.stringify({ ...seedOrder, order_id });
const open = (...order: string[]) => openScriptedPipeline({ letters: { order } });

describe('editing', () => {
  test('moves the letter with its new body', async () => {
    const { pipeline, sentTo, lettersLeft } = open('junk', 'other');
    await editDeadLetter(pipeline, 'order', 'order-dlq-0', order('a'));
    expect(sentTo('order')).toEqual([JSON.parse(order('a'))]);
    expect(lettersLeft()).toEqual(['order-dlq-1']);
  });

  test('refuses a body that would come back, for all its faults, before anything is received', async () => {
    const { pipeline, receives } = open('junk');
    const body = JSON.stringify({ ...seedOrder, price: -1, email_id: 'jane' });
    await expect(editDeadLetter(pipeline, 'order', 'order-dlq-0', body)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(/^email_id must be .*; price must be [^;]*$/),
    });
    expect(receives).toEqual([]);
  });

  test('tells a letter that is not there from one that was not moved', async () => {
    const { pipeline } = open('junk');
    const missing = editDeadLetter(pipeline, 'order', 'x', order('a'));
    await expect(missing).rejects.toThrow(NoSuchLetterError);
    await expect(missing).rejects.toThrow(/^message x: not in the dead-letter queue/);
    intercept(pipeline.clients.sqs, SendMessageBatchCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const stuck = editDeadLetter(pipeline, 'order', 'order-dlq-0', order('a'));
    await expect(stuck).rejects.toThrow(NotMovedError);
    await expect(stuck).rejects.toThrow(/^message order-dlq-0: .*AccessDenied/);
  });
});
