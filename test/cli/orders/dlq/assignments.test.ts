import { describe, expect, test } from 'vitest';
import { assign, readAssignments } from '../../../../cli/orders/dlq/assignments.ts';
import type { QueueName } from '../../../../topology.ts';

const set = (queue: QueueName, body: unknown, ...texts: string[]): unknown =>
  JSON.parse(assign(JSON.stringify(body), readAssignments(texts, queue)));

describe('--set', () => {
  test('reads a value as JSON, or as text if it is not JSON or the field is a text', () => {
    expect(
      set('order', { price: -1 }, 'price=3', 'product_name=42', 'order_id=7', 'timestamp=2026-11-27'),
    ).toEqual({
      price: 3,
      product_name: '42',
      order_id: '7',
      timestamp: '2026-11-27',
    });
    expect(set('order', {}, 'customer_name=a=b', 'product_id=', 'price=')).toEqual({
      customer_name: 'a=b',
      product_id: '',
      price: '',
    });
  });

  test('sets nested fields of events', () => {
    expect(
      set('shipping', { order: { price: -1, product_id: 'P' } }, 'order.price=3', 'confirmed_at=5'),
    ).toEqual({
      order: { price: 3, product_id: 'P' },
      confirmed_at: 5,
    });
    const upload = { Records: [{ s3: { object: { key: 'a' } } }] };
    expect(set('upload', upload, 'Records.0.s3.object.key=b')).toEqual({
      Records: [{ s3: { object: { key: 'b' } } }],
    });
  });

  test.each([
    [
      'order',
      'prize=3',
      /^--set: must be FIELD=VALUE, where FIELD is one of customer_name, .*, received "prize=3"$/,
    ],
    ['order', 'price', /received "price"$/],
    ['analytics', 'price=3', /FIELD is one of event, confirmed_at, order\.customer_name/],
    ['upload', '=3', /a path such as Records\.0\.s3\.object\.key, received "=3"$/],
  ] as const)('for the %s queue refuses %s', (queue, text, message) => {
    expect(() => readAssignments([text], queue)).toThrow(message);
  });

  test('refuses a message that is not JSON or has no object to set the field in', () => {
    const [assignment] = readAssignments(['order.price=3'], 'shipping');
    if (!assignment) throw new Error('nothing was read');
    expect(() => assign('junk', [assignment])).toThrow(/^--set: the message is not JSON/);
    for (const [body, shown] of [
      ['{}', 'nothing'],
      ['{"order":"x"}', '"x"'],
      ['{"order":null}', 'null'],
      ['7', 'nothing'],
    ]) {
      expect(() => assign(body ?? '', [assignment])).toThrow(
        `--set: order must be an object to set order.price, received ${shown}`,
      );
    }
    const [onPrototype] = readAssignments(['__proto__.polluted=1'], 'upload');
    if (!onPrototype) throw new Error('nothing was read');
    expect(() => assign('{}', [onPrototype])).toThrow('received nothing');
  });
});
