import { type BodyEntry, confirmed, deadLettered, order } from './body-entry.ts';

const BAD = deadLettered('email_id: invalid_format');
const bad = (name: string, email_id: string): BodyEntry => order(`e-mail: ${name}`, { email_id }, BAD);
const good = (name: string, email_id: string, kept = email_id): BodyEntry =>
  order(`e-mail: ${name}`, { email_id }, confirmed({ email_id: kept }));
/** Creates an address with this number of characters. */
const long = (length: number): string => {
  const domain = `@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.com`;
  return 'a'.repeat(length - domain.length) + domain;
};

/** E-mail addresses, many of which could inject recipients or headers. */
export const badEmails: BodyEntry[] = [
  bad('empty', ''),
  bad('a header after CRLF', 'jane@example.com\r\nBcc: all@example.org'),
  bad('a header after an encoded line break', 'jane@example.com%0aBcc:all@example.org'),
  bad('NUL', 'jane@example.com\0.evil.example'),
  bad('two at signs', 'jane@evil.example@example.com'),
  bad('no at sign', 'jane.example.com'),
  bad('no local part', '@example.com'),
  bad('no domain', 'jane@'),
  bad('no top-level domain', 'jane@localhost'),
  bad('two addresses with a comma', 'jane@example.com,all@example.org'),
  bad('two addresses with a semicolon', 'jane@example.com;all@example.org'),
  bad('a name with angle brackets', 'Jane <jane@example.com>'),
  bad('quoted', '"jane doe"@example.com'),
  bad('with a comment', 'jane(all@example.org)@example.com'),
  bad('an IP address', 'jane@[127.0.0.1]'),
  bad('a source route', '@evil.example:jane@example.com'),
  bad('a leading dot', '.jane@example.com'),
  bad('two dots', 'jane..doe@example.com'),
  bad('a dot before the at sign', 'jane.@example.com'),
  bad('a space inside', 'jane doe@example.com'),
  bad('mailto with a subject', 'mailto:jane@example.com?subject=x'),
  bad('an option for sendmail', '-oQ/tmp -X/var/www/x.php@example.com'),
  bad('non-ASCII letters', 'josé@example.com'),
  bad('a non-ASCII domain', 'jane@bücher.example'),
  bad('full-width letters that look like ASCII', 'jane@ｅxample.com'),
  bad('a right-to-left override', 'jane\u202e@example.com'),
  bad('a zero-width space', 'jane@exam\u200bple.com'),
  bad('a list as in filter policies', '["jane@example.com"]'),
  order('e-mail: 254 characters', { email_id: long(254) }, confirmed()),
  order('e-mail: 255 characters', { email_id: long(255) }, deadLettered('email_id: too_big')),
  order(
    'e-mail: a million characters that could make a regular expression backtrack',
    { email_id: `${'a.'.repeat(250_000)}@${'a-'.repeat(250_000)}` },
    deadLettered('email_id: too_big'),
  ),
  good('an IDN as punycode', 'jane@xn--bcher-kva.example'),
  good('white space around it', ' \tjane.blank@example.com\n', 'jane.blank@example.com'),
  good('plus and capitals', 'Jane+Tag@EXAMPLE.com'),
];
