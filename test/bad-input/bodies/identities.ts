import { type BodyEntry, confirmed, deadLettered, order } from './body-entry.ts';

const bad = (what: string, order_id: string): BodyEntry =>
  order(`order_id: ${what}`, { order_id }, deadLettered('order_id: invalid_format'));
const good = (what: string, order_id: string, kept = order_id): BodyEntry =>
  order(`order_id: ${what}`, { order_id }, confirmed({ order_id: kept }));

/** Values of order_id, many of which could inject into a path, a key, a header or a query. */
export const badIdentities: BodyEntry[] = [
  bad('empty', ''),
  bad('a path up two folders', '../../etc/passwd'),
  bad('a path up one folder, encoded', '%2e%2e%2f'),
  bad('a slash', 'A/1'),
  bad('a backslash', 'A\\1'),
  bad('a header after CRLF', 'A-1\r\nSubject: You won'),
  bad('NUL', 'A-1\0'),
  bad('a space', 'A 1'),
  bad('65 characters', 'a'.repeat(65)),
  bad('a million characters', 'a'.repeat(1_000_000)),
  bad('a non-ASCII letter', 'Ä-1'),
  bad('non-ASCII digits', '１２３'),
  bad('a Cyrillic letter that looks like A', 'А-1'),
  bad('a zero-width space', 'A\u200b-1'),
  bad('SQL', "A'; DROP TABLE shipments;--"),
  bad('PartiQL', "A'} INSERT INTO ledger VALUE {"),
  bad('a query', 'A-1?admin=1#x'),
  bad('a terminal escape', '\u001b[2J'),
  good('64 characters', 'a'.repeat(64)),
  good('two dots', '..'),
  good('__proto__', '__proto__'),
  good('constructor', 'constructor'),
  good('spaces around it', ' A-trim ', 'A-trim'),
];
