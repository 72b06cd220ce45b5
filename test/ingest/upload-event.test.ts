import { expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/errors.ts';
import { readUploadEvent } from '../../lib/ingest/upload-event.ts';

const record = (name: string, key: string) => ({ s3: { bucket: { name }, object: { key } } });

test('readUploadEvent returns the objects of an event in order, with decoded keys', () => {
  const Records = [
    record('uploads', 'Black+Friday/50%25+f%C3%BCr+Jos%C3%A9%2BAna'),
    record('other', 'a.csv'),
  ];
  expect(readUploadEvent(JSON.stringify({ Records }))).toEqual([
    { bucket: 'uploads', key: 'Black Friday/50% für José+Ana' },
    { bucket: 'other', key: 'a.csv' },
  ]);
});

test('readUploadEvent returns no object for s3:TestEvent', () => {
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
])('readUploadEvent throws for any other body: %s', (body) => {
  const message = `upload message: must be an S3 event with valid bucket names and object keys, received "${body}"`;
  expect(() => readUploadEvent(body)).toThrow(new InvalidInputError(message));
});

test('the error of readUploadEvent quotes the first 80 characters and has its cause', () => {
  expect(() => readUploadEvent('x'.repeat(81))).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(`received "${'x'.repeat(80)}…" (81 characters)`),
      cause: expect.any(SyntaxError),
    }),
  );
});
