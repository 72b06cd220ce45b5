import { describe, expect, it } from 'vitest';
import { confirmationEmail } from '../../lib/confirm/confirmation-email.ts';
import type { Order } from '../../lib/order/order.ts';
import { seedOrder } from '../order/seed-order.ts';

const order: Order = { ...seedOrder, order_id: 'ORD-2026-7' };

/** The name in the first line of the e-mail. */
function greeted(customer_name: string): string {
  const [line = ''] = confirmationEmail({ ...order, customer_name }).text.split('\n');
  return line.slice('Hello '.length, -1);
}

describe('confirmationEmail', () => {
  it('contains the order', () => {
    expect(confirmationEmail(order)).toEqual({
      subject: 'Order confirmed: ORD-2026-7',
      text: `Hello Jane Doe,

thank you for your order. It is confirmed and we are preparing it for delivery.

Order:    ORD-2026-7
Product:  Kettle
Price:    39.90
Ordered:  2026-11-22 06:37 UTC
`,
    });
  });

  it.each([
    "O'Neil",
    'Anne-Marie',
    'J. R. R. Tolkien',
    'José',
    '李小龙',
    'Müller, Jr.',
    'Nguyễn Thị Hương',
    'أحمد',
    'Siân & Co. (Wales)',
    'Kettle 2.0',
    'USB 3.1/3.2 Hub',
    'Water 1.5L',
    'Screen 16:9',
    'AC/DC T-Shirt',
    '27" Monitor',
    'Game: The Sequel',
    'Firmware v1.2.3',
  ])('does not change %s', (name) => {
    expect(greeted(name)).toBe(name);
    expect(confirmationEmail({ ...order, product_name: name }).text).toContain(`Product:  ${name}\n`);
  });

  it.each([
    ['Jane http://evil.example/x', 'Jane http: evil. example/x'],
    ['HTTPS://EVIL.COM', 'HTTPS: EVIL. COM'],
    ['evil.com', 'evil. com'],
    ['www.evil.com', 'www. evil. com'],
    ['a.b.c.evil.com/x?y', 'a. b. c. evil. com/x?y'],
    ['me@evil.com', 'me at evil. com'],
    ['me＠evil。com', 'me at evil。 com'],
    ['evil．com', 'evil． com'],
    ['evil.рф', 'evil. рф'],
    ['1and1.com', '1and1. com'],
    ['mailto:me', 'mailto: me'],
    ['tel:19005550199', 'tel: 19005550199'],
    ['localhost:8080/x', 'localhost: 8080/x'],
    ['10.0.0.1/x', '10. 0.0.1/x'],
    ['192.168.10.20', '192. 168.10.20'],
    ['shop.1and1', 'shop. 1and1'],
    ['evil//share', 'evil share'],
    ['\\\\evil\\share', 'evil\\share'],
    ['//evil', 'evil'],
    ['evil\u200b.com', 'evil. com'],
    ['evil.\u200dcom', 'evil. com'],
    ['evil.\u034fcom', 'evil. com'],
    ['evil\u00ad.\u2060com', 'evil. com'],
    ['evil.\u{e0063}com', 'evil. com'],
  ])('breaks the link in %j', (name, shown) => {
    expect(greeted(name)).toBe(shown);
  });

  it('prevents a name from adding a line, or reordering or hiding text', () => {
    const names = [
      'a\nPrice: 0',
      'a\r\nb',
      'a\u2028b',
      'a\u2029b',
      'a\u0085b',
      'a\u202eb',
      'a\u2066b',
      'a\0b',
      'a\tb',
    ];
    const plain = confirmationEmail(order).text.split('\n').length;
    for (const customer_name of names) {
      const { text } = confirmationEmail({ ...order, customer_name, product_name: customer_name });
      expect(text.split('\n')).toHaveLength(plain);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });

  it('greets a customer whose name has no visible character', () => {
    expect(greeted('\u200b\u202e')).toBe('customer');
  });

  it('shortens long names without splitting a character', () => {
    expect(greeted('x'.repeat(100))).toBe('x'.repeat(100));
    expect(greeted('x'.repeat(256))).toBe(`${'x'.repeat(99)}…`);
    expect(greeted('🐉'.repeat(120))).toBe(`${'🐉'.repeat(99)}…`);
  });

  it.each(['x', '-', '.:_', 'f'.repeat(64), 'a.'.repeat(32), 'www.evil.com'])(
    'has a subject that SNS accepts, and no link, with the order_id %s',
    (order_id) => {
      const { subject, text } = confirmationEmail({ ...order, order_id });
      expect(subject).toMatch(/^[A-Za-z0-9][\x20-\x7e]{0,98}$/);
      expect(subject + text).not.toMatch(/[a-z]\.[a-z]/i);
    },
  );

  it('prints prices of any size', () => {
    expect(confirmationEmail({ ...order, price: 0 }).text).toContain('Price:    0.00\n');
    expect(confirmationEmail({ ...order, price: 1234567.891 }).text).toContain('Price:    1234567.89\n');
  });
});
