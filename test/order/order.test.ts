import { describe, expect, it } from 'vitest';
import { type OrderIssue, parseOrder, parseOrderField, parseOrderText } from '../../lib/order/order.ts';
import { seedOrder } from './seed-order.ts';

function parsed(change: Record<string, unknown>) {
  const result = parseOrder({ ...seedOrder, ...change });
  if (!result.ok) throw new Error(result.errors.map((issue) => issue.message).join('; '));
  return result.order;
}

function issues(change: Record<string, unknown>): OrderIssue[] {
  const result = parseOrder({ ...seedOrder, ...change });
  return result.ok ? [] : result.errors;
}

function codes(change: Record<string, unknown>): string[] {
  return issues(change).map(({ path, code }) => `${path} ${code}`);
}

describe('parseOrder', () => {
  it('accepts an order without order_id and derives one', () => {
    expect(parseOrder(seedOrder)).toEqual({
      ok: true,
      order: { ...seedOrder, order_id: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('keeps the order_id of the order', () => {
    expect(parsed({ order_id: 'A-1_b.c:2' }).order_id).toBe('A-1_b.c:2');
  });

  it('trims texts and drops unknown fields, including __proto__', () => {
    const sent = JSON.stringify({ ...seedOrder, customer_name: '  Jane Doe\n', coupon: 'X' });
    const result = parseOrderText(sent.replace('{', '{"__proto__":{"price":1},'));
    expect(result).toEqual(parseOrder(seedOrder));
  });

  it('does not read a field from __proto__ in the message', () => {
    const { price, ...rest } = seedOrder;
    const text = JSON.stringify(rest).replace('{', `{"__proto__":{"price":${price}},`);
    expect(parseOrderText(text)).toMatchObject({ ok: false, errors: [{ path: 'price', code: 'missing' }] });
  });

  it.each(['customer_name', 'product_id', 'product_name'])(
    'requires %s to have 1 to 256 allowed characters',
    (field) => {
      expect(parsed({ [field]: 'x'.repeat(256) })).toMatchObject({ [field]: 'x'.repeat(256) });
      expect(parsed({ [field]: '李小龙 🐉' })).toMatchObject({ [field]: '李小龙 🐉' });
      expect(codes({ [field]: undefined })).toEqual([`${field} missing`]);
      expect(codes({ [field]: 7 })).toEqual([`${field} invalid_type`]);
      expect(codes({ [field]: null })).toEqual([`${field} invalid_type`]);
      expect(codes({ [field]: ' \t ' })).toEqual([`${field} too_small`]);
      expect(codes({ [field]: 'x'.repeat(257) })).toEqual([`${field} too_big`]);
      // Two UTF-16 code units each.
      expect(parsed({ [field]: '🫖'.repeat(128) })).toMatchObject({ [field]: '🫖'.repeat(128) });
      expect(codes({ [field]: '🫖'.repeat(129) })).toEqual([`${field} too_big`]);
      for (const bad of ['\0', '\n', '\x7f', '\x85', '\ud800', '\udc00', '\ufffe', '\uffff']) {
        expect(codes({ [field]: `a${bad}b` })).toEqual([`${field} invalid_format`]);
      }
    },
  );

  it('requires email_id to be an e-mail address of at most 254 characters', () => {
    const domain = `@${'d'.repeat(60)}.example.com`;
    const longest = 'x'.repeat(254 - domain.length) + domain;
    expect(parsed({ email_id: ` ${longest} ` }).email_id).toBe(longest);
    expect(codes({ email_id: `x${longest}` })).toEqual(['email_id too_big']);
    for (const bad of [
      'jane',
      'jane@',
      '@example.com',
      'a b@example.com',
      'a@b@example.com',
      'a@example.com\nx',
    ]) {
      expect(codes({ email_id: bad })).toEqual(['email_id invalid_format']);
    }
  });

  it('requires price to be a finite JSON number of at least 0', () => {
    expect(parsed({ price: 0 }).price).toBe(0);
    expect(parsed({ price: 39.9 }).price).toBe(39.9);
    expect(parsed({ price: -0 }).price).toBe(0);
    expect(codes({ price: -0.01 })).toEqual(['price too_small']);
    expect(codes({ price: '39.9' })).toEqual(['price invalid_type']);
    expect(codes({ price: true })).toEqual(['price invalid_type']);
    expect(parseOrderText(JSON.stringify(seedOrder).replace('39.9', '1e999'))).toMatchObject({
      errors: [{ path: 'price', code: 'invalid_type' }],
    });
  });

  it.each([
    [1795329424262, '2026-11-22T06:37:04.262Z'],
    [1795329424262.4, '2026-11-22T06:37:04.262Z'],
    [1795329424, '2026-11-22T06:37:04.000Z'],
    [1795329424.2617, '2026-11-22T06:37:04.262Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [99_999_999_999, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T06:37:04Z', '2026-11-22T06:37:04.000Z'],
    [' 2026-11-22 06:37:04 ', '2026-11-22T06:37:04.000Z'],
    ['2026-11-22T06:37', '2026-11-22T06:37:00.000Z'],
    ['2026-11-22t06:37:04.262z', '2026-11-22T06:37:04.262Z'],
    ['2026-11-22T06:37:04,262143+00:00', '2026-11-22T06:37:04.262Z'],
    ['2026-11-22T06:37:59.9999999', '2026-11-22T06:38:00.000Z'],
    ['2026-11-22T00:30:00+05:30', '2026-11-21T19:00:00.000Z'],
    ['2026-11-22T00:30:00-0800', '2026-11-22T08:30:00.000Z'],
    ['2026-11-22 00:30:00+01', '2026-11-21T23:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('parses the timestamp %j as %s', (timestamp, moment) => {
    expect(new Date(parsed({ timestamp }).timestamp).toISOString()).toBe(moment);
  });

  it('normalizes a timestamp that rounds to -0 to 0', () => {
    expect(parsed({ timestamp: -0.0004 }).timestamp).toBe(0);
  });

  it.each([
    ['2026-02-30', 'invalid_format'],
    ['2025-02-29', 'invalid_format'],
    ['2026-13-01', 'invalid_format'],
    ['2026-11-22T24:00:00Z', 'invalid_format'],
    ['2026-11-22T10:60:00Z', 'invalid_format'],
    ['2026-11-22T10:00:00+24:00', 'invalid_format'],
    ['2026-11-22T10:00:00+01:', 'invalid_format'],
    ['2026-11-22T', 'invalid_format'],
    ['22/11/2026', 'invalid_format'],
    ['on 2026-11-22', 'invalid_format'],
    ['2026-11-22 or so', 'invalid_format'],
    ['1795329424262', 'invalid_format'],
    ['', 'invalid_format'],
    [-1, 'too_small'],
    ['1969-12-31T23:59:59Z', 'too_small'],
    ['1970-01-01T00:00:00+01:00', 'too_small'],
    ['0001-01-01', 'too_small'],
    [253_402_300_800_000, 'too_big'],
    ['9999-12-31T23:59:59-01:00', 'too_big'],
    [true, 'invalid_type'],
    [null, 'invalid_type'],
    [Number.NaN, 'invalid_type'],
    [{}, 'invalid_type'],
    [undefined, 'missing'],
  ])('rejects the timestamp %j with %s', (timestamp, code) => {
    expect(codes({ timestamp })).toEqual([`timestamp ${code}`]);
  });

  it('requires an order_id, if present, to have 1 to 64 allowed characters', () => {
    expect(parsed({ order_id: 'x'.repeat(64) }).order_id).toHaveLength(64);
    for (const bad of ['', 'x'.repeat(65), 'a/b', 'a b', 'é']) {
      expect(codes({ order_id: bad })).toEqual(['order_id invalid_format']);
    }
    expect(codes({ order_id: null })).toEqual(['order_id invalid_type']);
    expect(codes({ order_id: 7 })).toEqual(['order_id invalid_type']);
  });

  it('reports every invalid field once', () => {
    expect(codes({ customer_name: '', email_id: '\n', price: 'x', order_id: '' })).toEqual([
      'customer_name too_small',
      'email_id invalid_format',
      'price invalid_type',
      'order_id invalid_format',
    ]);
  });

  it('reports only the first violation of a field', () => {
    expect(codes({ customer_name: `\0${'x'.repeat(256)}` })).toEqual(['customer_name too_big']);
  });

  it.each([
    ['customer_name', 'text of 1 to 256 characters without control characters or broken Unicode'],
    ['email_id', 'an e-mail address of at most 254 characters'],
    ['product_id', 'text of 1 to 256 characters without control characters or broken Unicode'],
    ['product_name', 'text of 1 to 256 characters without control characters or broken Unicode'],
    ['price', 'a finite JSON number of at least 0'],
    ['timestamp', 'epoch milliseconds, epoch seconds or an ISO 8601 date, from 1970 to 9999'],
    ['order_id', '1 to 64 of the characters A-Z a-z 0-9 . _ : -'],
  ])('reports for an invalid %s that it must be %s', (field, rule) => {
    expect(issues({ [field]: '' })[0]?.message).toBe(`${field} must be ${rule}, received ""`);
  });

  it('reports field, rule and received value, truncated and safe to print', () => {
    expect(issues({ price: '39.9' })[0]?.message).toBe(
      'price must be a finite JSON number of at least 0, received "39.9"',
    );
    expect(issues({ product_id: 'a\u001b[31m\u202e' })[0]?.message).toMatch(
      /received "a\\u\{1b\}\[31m\\u\{202e\}"$/,
    );
    expect(issues({ email_id: 'x'.repeat(200_000) })[0]?.message).toMatch(/"x{80}…" \(200000 characters\)$/);
    expect(issues({ price: [1, 2] })[0]?.message).toMatch(/received an array of 2$/);
    expect(issues({ price: { amount: 1 } })[0]?.message).toMatch(/received an object$/);
    expect(issues({ price: undefined })[0]?.message).toMatch(/received nothing$/);
    expect(issues({ order_id: null })[0]?.message).toMatch(/received null$/);
    expect(issues({ order_id: 'x'.repeat(81) })[0]?.message).toMatch(/"x{80}…" \(81 characters\)$/);
    expect(issues({ email_id: 'x'.repeat(80) })[0]?.message).toMatch(/received "x{80}"$/);
    expect(issues({ email_id: 10n ** 99n })[0]?.message).toMatch(/received 10{79}$/);
  });

  it.each([null, undefined, 7, 'order', true, [], [seedOrder], Symbol('x'), 7n])(
    'reports one error for a value that is not an object: %o',
    (value) => {
      expect(parseOrder(value)).toEqual({
        ok: false,
        errors: [
          {
            path: '',
            code: 'not_an_object',
            message: expect.stringMatching(/^order must be a JSON object, received ./),
          },
        ],
      });
    },
  );
});

describe('parseOrderText', () => {
  it('parses an order from JSON', () => {
    expect(parseOrderText(JSON.stringify(seedOrder))).toEqual(parseOrder(seedOrder));
  });

  it.each([
    ['nothing', '', 'order must be JSON, received blank text'],
    ['white space', ' \r\n', 'order must be JSON, received blank text'],
    ['a word', 'hello', 'received "hello"'],
    [
      'half an object',
      '{"price":',
      'order must be JSON (Unexpected end of JSON input), received "{"price":"',
    ],
    ['a control character', '{\u0007}', 'received "{\\u{7}}"'],
    ['a long text', 'x'.repeat(200_000), '(200000 characters)'],
  ])('reports that %s is not JSON', (_, text, message) => {
    expect(parseOrderText(text)).toEqual({
      ok: false,
      errors: [{ path: '', code: 'not_json', message: expect.stringContaining(message) }],
    });
  });

  it('handles deeply nested JSON', () => {
    const nested = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(parseOrderText(nested)).toMatchObject({ errors: [{ code: 'not_an_object' }] });
    expect(parseOrderText(`{"price":${nested}}`).ok).toBe(false);
  });
});

describe('parseOrderField', () => {
  it('normalizes a valid value like that of an order', () => {
    expect(parseOrderField('email_id', ' jane@example.com\n')).toEqual({
      ok: true,
      text: 'jane@example.com',
    });
    expect(parseOrderField('order_id', ' A-1 ')).toEqual({ ok: true, text: 'A-1' });
  });

  it.each([
    ['email_id', 'jane', 'email_id must be an e-mail address of at most 254 characters, received "jane"'],
    [
      'order_id',
      undefined,
      'order_id must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -, received nothing',
    ],
    ['order_id', 7, 'order_id must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -, received 7'],
  ] as const)('rejects an invalid value with the rule of the field: %s %s', (field, value, message) => {
    expect(parseOrderField(field, value)).toEqual({ ok: false, message });
  });
});
