import { expect, test } from 'vitest';
import { escapeXml } from '../../../local/aws-services/xml.ts';

test.each([
  [`<a b="c">&'`, `&lt;a b=&quot;c&quot;&gt;&amp;'`],
  ['tab\t line\n return\r', 'tab\t line\n return&#13;'],
  [
    'bell \u0007, half a pair \uD83D, not a character \uFFFF',
    'bell \uFFFD, half a pair \uFFFD, not a character \uFFFD',
  ],
  ['ü € 😀', 'ü € 😀'],
])('escapes %j', (text, xml) => {
  expect(escapeXml(text)).toBe(xml);
});
