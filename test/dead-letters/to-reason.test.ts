import { describe, expect, test } from 'vitest';
import { judgeBody } from '../../lib/dead-letters/judge-body.ts';
import { fileFault } from '../../lib/dead-letters/judge-upload.ts';
import { toReason } from '../../lib/dead-letters/to-reason.ts';
import type { QueueName } from '../../lib/pipeline/pipeline.ts';
import { seedOrder } from '../order/seed-order.ts';

const reasonOf = (queue: QueueName, value: unknown) =>
  toReason(judgeBody(queue, typeof value === 'string' ? value : JSON.stringify(value)));

describe('the reason of a message', () => {
  test('is passing when its body is what the queue takes', () => {
    const event = { event: 'OrderConfirmed', order: seedOrder, confirmed_at: 1 };
    const upload = { Records: [{ s3: { bucket: { name: 'uploads' }, object: { key: 'a+b.csv' } } }] };
    for (const [queue, body] of [
      ['order', seedOrder],
      ['shipping', event],
      ['analytics', event],
      ['upload', upload],
    ] as const) {
      expect(reasonOf(queue, body).code).toBe('passing');
    }
  });

  test.each([
    ['order', 'one kettle', 'not_json', 'the message must be JSON'],
    ['order', [], 'not_an_object', 'the message must be a JSON object'],
    [
      'order',
      { ...seedOrder, price: -1 },
      'price:too_small',
      'price must be a finite JSON number of at least 0',
    ],
    [
      'order',
      { ...seedOrder, customer_name: undefined },
      'customer_name:missing',
      'customer_name is missing',
    ],
    ['shipping', 'one kettle', 'not_json', 'the message must be JSON'],
    ['shipping', seedOrder, 'event:missing', 'event is missing'],
    ['shipping', { event: 'Other' }, 'event:invalid_value', 'event must be "OrderConfirmed"'],
    [
      'analytics',
      { event: 'OrderConfirmed', confirmed_at: -1 },
      'confirmed_at:invalid_value',
      'confirmed_at must be whole epoch milliseconds from 1970 to 9999',
    ],
    [
      'analytics',
      { event: 'OrderConfirmed', confirmed_at: 1 },
      'order:not_an_object',
      'order must be a JSON object',
    ],
    [
      'analytics',
      { event: 'OrderConfirmed', confirmed_at: 1, order: { ...seedOrder, price: '3' } },
      'order.price:invalid_type',
      'order.price must be a finite JSON number of at least 0',
    ],
    ['upload', seedOrder, 'not_an_s3_event', 'the message must be an S3 event'],
  ] as const)('of the %s queue, %j, is %s', (queue, body, code, text) => {
    expect(reasonOf(queue, body)).toEqual({ code, text });
  });

  test('names all that is wrong, the same for whatever values and order of fields', () => {
    const { price: _price, email_id: _email, ...rest } = seedOrder;
    const one = reasonOf('order', { ...rest, price: -1, email_id: 'nobody' });
    expect(one.code).toBe('email_id:invalid_format+price:too_small');
    expect(reasonOf('order', { email_id: 'x', price: -7, ...rest })).toEqual(one);
    const { customer_name: _name, ...less } = rest;
    expect(reasonOf('order', { ...less, price: -1, email_id: 'x' }).code).toBe(
      'customer_name:missing+email_id:invalid_format+price:too_small',
    );
  });

  test('of a file is told by the code of its receipt, known or not', () => {
    expect(fileFault({ path: '', code: 'not_utf8', message: 'x' })).toBe('the file is not UTF-8');
    expect(fileFault({ path: '', code: 'AccessDenied', message: 'x' })).toBe(
      'ingest failed with AccessDenied',
    );
  });
});
