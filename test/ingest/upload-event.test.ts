import { expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/errors.ts';
import { readUploadEvent } from '../../lib/ingest/upload-event.ts';

const record = (name: string, key: string) => ({ s3: { bucket: { name }, object: { key } } });

test('the objects of an event are named in its order, their keys decoded', () => {
  const Records = [
    record('uploads', 'Black+Friday/50%25+f%C3%BCr+Jos%C3%A9%2BAna'),
    record('other', 'a.csv'),
  ];
  expect(readUploadEvent(JSON.stringify({ Records }))).toEqual([
    { bucket: 'uploads', key: 'Black Friday/50% für José+Ana' },
    { bucket: 'other', key: 'a.csv' },
  ]);
});

test('what S3 writes when a notification is set up names none', () => {
  expect(readUploadEvent('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"uploads"}')).toEqual([]);
  expect(readUploadEvent('{"Records":[]}')).toEqual([]);
});

test.each([
  'no JSON',
  'null',
  '{}',
  '{"Event":"s3:Other"}',
  '{"Records":[{}]}',
  '{"Records":[{"s3":{"bucket":{"name":"uploads"},"object":{}}}]}',
  '{"Records":[{"s3":{"bucket":{},"object":{"key":"a"}}}]}',
  JSON.stringify({ Records: [record('uploads', '%E0%A4%A')] }),
])('anything else is refused: %s', (body) => {
  const message = `upload message: must be an S3 event of objects that there can be, received "${body}"`;
  expect(() => readUploadEvent(body)).toThrow(new InvalidInputError(message));
});

test('a refusal quotes the first 80 characters, and has its reason as the cause', () => {
  expect(() => readUploadEvent('x'.repeat(81))).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(`received "${'x'.repeat(80)}…" (81 characters)`),
      cause: expect.any(SyntaxError),
    }),
  );
});
