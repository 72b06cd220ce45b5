import type { Order } from '../order/order.ts';

/**
 * SNS takes subjects of fewer than 100 characters, without line breaks or control characters:
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const MAX_SUBJECT = 99;

/** Long enough for any ordinary name; too short for a message smuggled in as one. */
const MAX_NAME = 100;

export interface ConfirmationEmail {
  /** Printable ASCII, fewer than 100 characters. */
  subject: string;
  /** Plain text, lines separated by `\n`. */
  text: string;
}

/**
 * The e-mail that tells a customer that their order is confirmed.
 *
 * Whoever places an order chooses its texts and the address that gets them, so none of them can add a line, hide or
 * reorder text, or become something that a mail client turns into a link: see {@link harmless}.
 */
export function confirmationEmail(order: Order): ConfirmationEmail {
  const name = harmless(order.customer_name) || 'customer';
  const ordered = new Date(order.timestamp).toISOString().slice(0, 16).replace('T', ' ');
  return {
    subject: `Order confirmed: ${harmless(order.order_id)}`.slice(0, MAX_SUBJECT),
    text: `Hello ${name},

thank you for your order. It is confirmed and we are preparing it for delivery.

Order:    ${harmless(order.order_id)}
Product:  ${harmless(order.product_name)}
Price:    ${order.price.toFixed(2)}
Ordered:  ${ordered} UTC
`,
  };
}

/**
 * Texts in which there is nothing to look for, as most are: Latin words, a space between them. Not any script's letters: some
 * of them are invisible.
 */
const PLAIN = /^[\w’'(),+À-ɏ-]+(?: [\w’'(),+À-ɏ-]+)*$/;

/**
 * A customer's text as one short line without links. `http://evil.example/x` becomes `http: evil. example/x` and
 * `me@evil.com` becomes `me at evil. com`, while `J. R. R. Tolkien`, `Müller, Jr.`, `Kettle 2.0` and `16:9` stay as they are.
 */
function harmless(text: string): string {
  if (text.length <= MAX_NAME && PLAIN.test(text)) return text;
  const line = text
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Co}\p{Cs}]/gu, '')
    .replace(/[@＠﹫]/g, ' at ')
    .replace(/[/\\／＼]{2,}/g, ' ')
    // A dot before a letter may start a top-level domain; between digits it is a decimal point, except in an IPv4 address.
    .replace(/[.․。．｡](?=[\p{L}\p{M}])|(?<!\d)[.․。．｡](?=\p{N})|\.(?=\d+\.\d+\.\d)/gu, '$& ')
    .replace(/[:：](?=\P{N})|(?<!\d)[:：]/gu, '$& ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const characters = [...line];
  return characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME - 1).join('')}…` : line;
}
