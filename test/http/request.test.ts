import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/errors.ts';
import { BodyTooLargeError, readJsonBody, readQuery } from '../../lib/http/request.ts';

const MIB = 1_048_576;

const plain = (body?: string) => readJsonBody({ body, isBase64Encoded: false } as APIGatewayProxyEventV2);
const base64 = (text: string) =>
  readJsonBody({
    body: Buffer.from(text).toString('base64'),
    isBase64Encoded: true,
  } as APIGatewayProxyEventV2);

/** JSON with this number of bytes, but fewer characters. */
const ofBytes = (bytes: number) => JSON.stringify('é'.repeat((bytes - 2) / 2));

describe('readJsonBody', () => {
  test.each([
    ['in plain text', plain],
    ['in base64', base64],
  ])('parses a body %s', (_, read) => {
    expect(read('{"name":"Zoë"}')).toEqual({ name: 'Zoë' });
  });

  test.each([
    ['in plain text', plain],
    ['in base64', base64],
  ])('accepts a body of 1 MiB %s, and throws for a larger one with its size in bytes', (_, read) => {
    expect(read(ofBytes(MIB))).toHaveLength((MIB - 2) / 2);
    const refusal = new BodyTooLargeError('body: must have at most 1,048,576 bytes, received 1,048,578');
    expect(() => read(ofBytes(MIB + 2))).toThrow(refusal);
    expect(refusal).toMatchObject({ name: 'BodyTooLargeError', code: 'body_too_large' });
  });

  test.each([undefined, '', ' \n'])('throws for an empty body: %j', (body) => {
    const refusal = new InvalidInputError('body: must be JSON, received an empty body');
    expect(() => plain(body)).toThrow(refusal);
  });

  test('throws the reason for a body that is not JSON', () => {
    expect(() => plain('{"a":')).toThrow(InvalidInputError);
    expect(() => plain('{"a":')).toThrow(/^body: must be JSON, received (?=.*JSON)/);
  });
});

test('readQuery returns decoded parameters by name', () => {
  expect(readQuery({ rawQueryString: 'from=2026-11-01&name=Zo%C3%AB+D&empty=' })).toEqual({
    from: '2026-11-01',
    name: 'Zoë D',
    empty: '',
  });
  expect(readQuery({ rawQueryString: '' })).toEqual({});
});

test('readQuery names each repeated parameter with the number of its values and the first three', () => {
  const rawQueryString = 'a=1&b=1&a=2&c=x&c=y&a=3&a=4';
  expect(() => readQuery({ rawQueryString })).toThrow(
    new InvalidInputError(
      '"a": must be given once, received 4 values: "1", "2", "3"; ' +
        '"c": must be given once, received 2 values: "x", "y"',
    ),
  );
});
