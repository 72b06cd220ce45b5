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

/** JSON of so many bytes, which has fewer characters. */
const ofBytes = (bytes: number) => JSON.stringify('é'.repeat((bytes - 2) / 2));

describe('a body', () => {
  test.each([
    ['as it is', plain],
    ['in base64', base64],
  ])('is read %s', (_, read) => {
    expect(read('{"name":"Zoë"}')).toEqual({ name: 'Zoë' });
  });

  test.each([
    ['as it is', plain],
    ['in base64', base64],
  ])('of 1 MiB %s is read, and a larger one refused with its size in bytes', (_, read) => {
    expect(read(ofBytes(MIB))).toHaveLength((MIB - 2) / 2);
    const refusal = new BodyTooLargeError('body: must have at most 1,048,576 bytes, received 1,048,578');
    expect(() => read(ofBytes(MIB + 2))).toThrow(refusal);
    expect(refusal).toMatchObject({ name: 'BodyTooLargeError', code: 'body_too_large' });
  });

  test.each([undefined, '', ' \n'])('that is blank is called empty: %j', (body) => {
    const refusal = new InvalidInputError('body: must be JSON, received an empty body');
    expect(() => plain(body)).toThrow(refusal);
  });

  test('that is not JSON is refused with the reason', () => {
    expect(() => plain('{"a":')).toThrow(InvalidInputError);
    expect(() => plain('{"a":')).toThrow(/^body: must be JSON, received (?=.*JSON)/);
  });
});

test('parameters are read by name, decoded', () => {
  expect(readQuery({ rawQueryString: 'from=2026-11-01&name=Zo%C3%AB+D&empty=' })).toEqual({
    from: '2026-11-01',
    name: 'Zoë D',
    empty: '',
  });
  expect(readQuery({ rawQueryString: '' })).toEqual({});
});

test('each parameter that is given more than once is named, with its number of values and the first three', () => {
  const rawQueryString = 'a=1&b=1&a=2&c=x&c=y&a=3&a=4';
  expect(() => readQuery({ rawQueryString })).toThrow(
    new InvalidInputError(
      '"a": must be given once, received 4 values: "1", "2", "3"; ' +
        '"c": must be given once, received 2 values: "x", "y"',
    ),
  );
});
