import type { Order } from '../order/order.ts';

/**
 * SNS requires subjects of fewer than 100 characters, without line breaks or control characters:
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const MAX_SUBJECT = 99;

/** Maximum characters of a customer's text. Ordinary names fit, but not a message that an attacker wants to send. */
const MAX_NAME = 100;

export interface ConfirmationEmail {
  /** Printable ASCII, fewer than 100 characters. */
  subject: string;
  /** Plain text, lines separated by `\n`. */
  text: string;
}

/**
 * Builds the e-mail that notifies a customer that their order is confirmed.
 *
 * The sender of an order controls both its texts and the recipient. So no text may add a line, hide or reorder text, or contain
 * anything that a mail client turns into a link: see {@link sanitize}.
 */
export function confirmationEmail(order: Order): ConfirmationEmail {
  const name = sanitize(order.customer_name) || 'customer';
  const ordered = new Date(order.timestamp).toISOString().slice(0, 16).replace('T', ' ');
  return {
    subject: `Order confirmed: ${sanitize(order.order_id)}`.slice(0, MAX_SUBJECT),
    text: `Hello ${name},

thank you for your order. It is confirmed and we are preparing it for delivery.

Order:    ${sanitize(order.order_id)}
Product:  ${sanitize(order.product_name)}
Price:    ${order.price.toFixed(2)}
Ordered:  ${ordered} UTC
`,
  };
}

/**
 * Matches most texts that need no sanitizing: Latin words with single spaces. Other scripts have invisible letters.
 */
const PLAIN = /^[\w’'(),+À-ɏ-]+(?: [\w’'(),+À-ɏ-]+)*$/;

/**
 * Converts a customer's text to one short line without links. `http://evil.example/x` becomes `http: evil. example/x` and
 * `me@evil.com` becomes `me at evil. com`, while `J. R. R. Tolkien`, `Müller, Jr.`, `Kettle 2.0` and `16:9` are unchanged.
 */
function sanitize(text: string): string {
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
