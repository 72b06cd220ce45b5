import { type BodyEntry, confirmed, deadLettered, order, orderWith } from './body-entry.ts';

const BAD_NAME = deadLettered('customer_name: invalid_format');
const BAD_PRODUCT = deadLettered('product_name: invalid_format');

/** Names that could break lines, terminals, e-mails or length limits. */
export const badTexts: BodyEntry[] = [
  order('a name of one letter', { customer_name: 'J' }, confirmed({ customer_name: 'J' })),
  order('an empty name', { customer_name: '' }, deadLettered('customer_name: too_small')),
  order(
    'a name of white space',
    { customer_name: ' \t\u00a0\u3000 ' },
    deadLettered('customer_name: too_small'),
  ),
  order('an empty product_id', { product_id: '' }, deadLettered('product_id: too_small')),
  order('a name of 256 letters', { customer_name: 'x'.repeat(256) }, confirmed()),
  order('a name of 257 letters', { customer_name: 'x'.repeat(257) }, deadLettered('customer_name: too_big')),
  order(
    'a name of 256 letters with white space around it',
    { customer_name: `  ${'y'.repeat(256)}\n` },
    confirmed({ customer_name: 'y'.repeat(256) }),
  ),
  order(
    'a name of 129 emoji, two UTF-16 code units each',
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
  order(
    'NEL (U+0085), which some programs read as a line break',
    { product_name: 'Kettle\u0085Pay here' },
    BAD_PRODUCT,
  ),
  order(
    'a line separator in a product_name (removed from the e-mail)',
    { product_name: 'Kettle\u2028Pay here' },
    confirmed(),
  ),
  orderWith('a lone high surrogate', 'customer_name', '"Jane \\ud83d"', BAD_NAME),
  orderWith('a lone low surrogate', 'customer_name', '"\\udd56 Jane"', BAD_NAME),
  orderWith('surrogates in reverse order', 'product_name', '"\\udd56\\ud83d"', BAD_PRODUCT),
  orderWith('U+FFFE as an escape', 'customer_name', '"Jane\\ufffe"', BAD_NAME),
  orderWith('a broken escape', 'customer_name', '"Jane\\u12"', deadLettered(': not_json')),
  order(
    'a right-to-left override in a name (removed from the e-mail)',
    { customer_name: 'Jane \u202eeoD' },
    confirmed({ customer_name: 'Jane \u202eeoD' }),
  ),
  order(
    'zero-width characters in a name (removed from the e-mail)',
    { customer_name: 'Ja\u200bne\u2060 \u200dDoe' },
    confirmed(),
  ),
  order('a name of only zero-width characters', { customer_name: '\u200b\u2060' }, confirmed()),
  order('tag characters, which are invisible', { customer_name: 'Jane\u{e0041}\u{e0042}' }, confirmed()),
  order(
    'a name in NFC',
    { customer_name: 'José NF'.normalize('NFC') },
    confirmed({ customer_name: 'José NF'.normalize('NFC') }),
  ),
  order(
    'the same name in NFD, which stays unchanged',
    { customer_name: 'José NF'.normalize('NFD') },
    confirmed({ customer_name: 'José NF'.normalize('NFD') }),
  ),
  order('a name with 60 combining marks', { customer_name: `J${'\u0336'.repeat(60)}` }, confirmed()),
  order('markup in a name', { customer_name: '<img src=x onerror=alert(1)>' }, confirmed()),
  order(
    'a link in a name (removed from the e-mail)',
    { customer_name: 'http://evil.example/pay' },
    confirmed(),
  ),
  order('a formula in a product_name', { product_name: "=cmd|' /C calc'!A0" }, confirmed()),
  order('SQL in a name', { customer_name: "Robert'); DROP TABLE sales;--" }, confirmed()),
  order('a JNDI lookup in a name', { customer_name: `\${jndi:ldap://evil.example/a}` }, confirmed()),
  order('a format string in a name', { customer_name: `%s%n%x {{7*7}} \${7*7}` }, confirmed()),
];
