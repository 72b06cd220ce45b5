import type { Entry } from './entry.ts';

/** Outcome of an upload queue message. */
export type EventOutcome =
  | { deadLettered: 'invalid_input' | 'NoSuchKey' | 'NoSuchBucket' }
  | { acknowledged: true };

const BAD: EventOutcome = { deadLettered: 'invalid_input' };
const GONE: EventOutcome = { deadLettered: 'NoSuchKey' };

/** Creates a message body for a bucket. */
export type UploadMessage = (bucket: string) => string;

const s3 = (bucket: unknown, key: unknown, more: object = {}): object => ({
  s3: { bucket: { name: bucket }, object: { key, ...more } },
});
const event = (name: string, expected: EventOutcome, ...records: ((bucket: string) => unknown)[]) => ({
  name: `upload event: ${name}`,
  input: (bucket: string) => JSON.stringify({ Records: records.map((record) => record(bucket)) }),
  expected,
});
const text = (name: string, body: string, expected: EventOutcome) => ({
  name: `upload event: ${name}`,
  input: () => body,
  expected,
});
const part = (name: string, expected: EventOutcome, wrong: object) => ({
  name: `part of an order file: ${name}`,
  input: (bucket: string) =>
    JSON.stringify({
      event: 'OrderFilePart',
      ...{ bucket, key: 'gone.ndjson', etag: '"e"', size: 200, format: 'ndjson', first_row_at: 0 },
      ...{ lines_before: 0, part: 2, parts: 2, from: 100, to: 200, run: '0123456789abcdef' },
      started_at: '2026-11-27T11:00:00.000Z',
      ...wrong,
    }),
  expected,
});
const notification = { Type: 'Notification', Message: JSON.stringify({ Records: [] }) };

/** Messages of the upload queue. */
export const uploadEvents: Entry<UploadMessage, EventOutcome>[] = [
  text('not JSON', 'not an event', BAD),
  text('null', 'null', BAD),
  text('an array', '[]', BAD),
  text('an empty object', '{}', BAD),
  text('100,000 deep', `{"Records":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, BAD),
  text('Records that is not an array', '{"Records":{"length":1,"0":{}}}', BAD),
  text('a record that is null', '{"Records":[null]}', BAD),
  text('a record without s3', '{"Records":[{"s3":{}}]}', BAD),
  text('in an SNS envelope', JSON.stringify(notification), BAD),
  text('an order', '{"customer_name":"Jane Doe","price":1}', BAD),
  text("S3's test event", JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' }), {
    acknowledged: true,
  }),
  text("S3's test event with invalid records", '{"Event":"s3:TestEvent","Records":7}', {
    acknowledged: true,
  }),
  text('a test event of another name', '{"Event":"s3:testevent"}', BAD),
  text('no records', '{"Records":[]}', { acknowledged: true }),
  event('a key that is a number', BAD, (bucket) => s3(bucket, 7)),
  event('a key that is an array', BAD, (bucket) => s3(bucket, ['a'])),
  event('an empty key', BAD, (bucket) => s3(bucket, '')),
  event('a key of 1,025 bytes', BAD, (bucket) => s3(bucket, 'k'.repeat(1_025))),
  event('a key of 1,025 bytes after decoding', BAD, (bucket) => s3(bucket, '%C3%A9'.repeat(513))),
  event('an invalid percent encoding', BAD, (bucket) => s3(bucket, '100%.csv')),
  event('bytes that are not UTF-8', BAD, (bucket) => s3(bucket, '%E0%A4%A')),
  event('an encoded NUL', GONE, (bucket) => s3(bucket, 'a%00b.csv')),
  event('a lone surrogate', BAD, (bucket) => s3(bucket, '\ud800.csv')),
  event('a missing object', GONE, (bucket) => s3(bucket, 'never/there.csv')),
  event('a path out of the bucket', GONE, (bucket) => s3(bucket, '..%2F..%2Fetc%2Fpasswd')),
  event('a size of 1e300', GONE, (bucket) => s3(bucket, 'huge.csv', { size: 1e300 })),
  event('a negative size', GONE, (bucket) => s3(bucket, 'negative.csv', { size: -1 })),
  event('__proto__ instead of a record', BAD, () => JSON.parse('{"__proto__":{"s3":{}}}')),
  event('a bucket without a name', BAD, () => s3('', 'a.csv')),
  event('a bucket that is a path', BAD, () => s3('../other', 'a.csv')),
  event('a bucket that is an address', BAD, () => s3('http://169.254.169.254/latest', 'a.csv')),
  event('a bucket that is an ARN', BAD, () => s3('arn:aws:s3:us-east-1:123456789012:accesspoint/x', 'a.csv')),
  event('a missing bucket', { deadLettered: 'NoSuchBucket' }, () => s3('never-there', 'a.csv')),
  event(
    'several missing objects',
    GONE,
    (bucket) => s3(bucket, 'gone-1.csv'),
    (bucket) => s3(bucket, 'gone-2.csv'),
  ),
  text('only the event name of a part', '{"event":"OrderFilePart"}', BAD),
  part('of a missing file', GONE, {}),
  part('that starts after its end', BAD, { from: 200, to: 100 }),
  part('that starts before the file', BAD, { from: -1 }),
  part('that ends after the file', BAD, { to: 201 }),
  part('of a file of 1e300 bytes', BAD, { size: 1e300, to: 1e300 }),
  part('with a number above the number of parts', BAD, { part: 3 }),
  part('of JSON', BAD, { format: 'json' }),
  part('of CSV without its header', BAD, { format: 'csv' }),
  part('with a path as its run', BAD, { run: '../../other/pa' }),
  part('with a path as its bucket', BAD, { bucket: '../other' }),
  part('with a key of 1,025 bytes', BAD, { key: 'k'.repeat(1_025) }),
];
