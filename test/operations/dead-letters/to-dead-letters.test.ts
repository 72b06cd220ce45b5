import { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { fileFault } from '../../../operations/dead-letters/diagnose-upload.ts';
import { listDeadLetters } from '../../../operations/dead-letters/list-dead-letters.ts';
import { toReason } from '../../../operations/dead-letters/to-dead-letters.ts';
import { validateBody } from '../../../operations/dead-letters/validate-body.ts';
import type { QueueName } from '../../../topology.ts';
import { countInFlight } from '../../aws/count-in-flight.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const order = (order_id: string, price = 39.9) => JSON.stringify({ ...seedOrder, price, order_id });

describe('a dead letter', () => {
  test('has the errors, the order id and the attributes of its message, binary ones in base64', async () => {
    const { order_id: _id, ...unnamed } = JSON.parse(order('a'));
    const event = { event: 'OrderConfirmed', order: JSON.parse(order('e')), confirmed_at: -1 };
    const { pipeline } = openScriptedPipeline({
      deadLetters: {
        order: [
          order('a', -1),
          JSON.stringify(unnamed),
          JSON.stringify({ ...unnamed, price: -1 }),
          'junk',
          'null',
        ],
        shipping: [JSON.stringify(event), JSON.stringify(event.order), 'null'],
        upload: [order('a')],
      },
    });
    intercept(pipeline.clients.sqs, ReceiveMessageCommand, async (input, pass) => {
      const { Messages = [], ...output } = await pass(input);
      const MessageAttributes = {
        text: { DataType: 'String', StringValue: 'seven' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from('seven') },
        none: { DataType: 'Binary' },
      };
      return { ...output, Messages: Messages.map((message) => ({ ...message, MessageAttributes })) };
    });
    const { letters } = await listDeadLetters(pipeline, 'order');
    expect(letters[0]).toEqual({
      id: 'order-dlq-0',
      queue: 'order',
      reason: { code: 'price:too_small', text: 'price must be a finite JSON number of at least 0' },
      errors: ['price must be a finite JSON number of at least 0, received -1'],
      order_id: 'a',
      body: order('a', -1),
      attributes: { text: 'seven', bytes: 'c2V2ZW4=', none: '' },
      sent_at: '2026-11-27T11:00:00.000Z',
    });
    expect(letters.map(({ order_id }) => order_id)).toEqual([
      'a',
      expect.stringMatching(/^[0-9a-f]{64}$/),
      null,
      null,
      null,
    ]);
    const { letters: events } = await listDeadLetters(pipeline, 'shipping');
    expect(events.map(({ order_id }) => order_id)).toEqual(['e', null, null]);
    const { letters: uploads } = await listDeadLetters(pipeline, 'upload');
    expect(uploads).toMatchObject([
      {
        order_id: null,
        reason: { code: 'not_an_s3_event' },
        errors: [
          expect.stringMatching(
            /^upload message: must be an S3 event with valid bucket names and object keys, received/,
          ),
        ],
      },
    ]);
  });

  test('of an upload gets its reason from the receipts of its files', async () => {
    const receipts: Record<string, string> = {
      'bad.csv.receipt.json': '{"status":"failed","error":{"code":"bad_header","message":"line 1\\u0007"}}',
      'good.csv.receipt.json': '{"status":"ingested"}',
      'odd.csv.receipt.json': '{"error":{"code":"odd\\u0007","message":"never seen"}}',
    };
    const upload = (...keys: string[]) =>
      JSON.stringify({
        Records: keys.map((key) => ({ s3: { bucket: { name: 'uploads' }, object: { key } } })),
      });
    const { pipeline } = openScriptedPipeline({
      deadLetters: {
        upload: [upload('bad.csv', 'good.csv', 'none.csv'), upload('good.csv'), upload('odd.csv'), '{'],
      },
    });
    const asked = intercept(pipeline.clients.s3, GetObjectCommand, async ({ Key = '' }) => {
      const text = receipts[Key];
      if (text === undefined) throw sdkError('NoSuchKey');
      return {
        $metadata: {},
        Body: Readable.from([Buffer.from(text)]) as never,
        ContentLength: text.length,
        ETag: 'e',
      };
    });
    const { letters } = await listDeadLetters(pipeline, 'upload');
    expect(letters.map(({ reason, errors }) => ({ ...reason, errors }))).toEqual([
      {
        code: 'bad_header+no_receipt',
        text: "the file's CSV header cannot be read; ingest wrote no receipt for the file",
        errors: ['line 1\\u{7}', 'none.csv: has no receipt, ingest failed before it could write one'],
      },
      { code: 'passing', text: 'valid message, the cause of the failure was temporary', errors: [] },
      { code: 'odd\u0007', text: 'ingest failed with odd\\u{7}', errors: ['never seen'] },
      { code: 'not_an_s3_event', text: 'the message must be an S3 event', errors: [expect.any(String)] },
    ]);
    expect(new Set(asked.map(({ Bucket }) => Bucket))).toEqual(new Set(['results']));
  });

  test('of a part of an order file gets its reason from the receipt of the part', async () => {
    const run = '0123456789abcdef';
    const part = (number: number, more: object = {}) =>
      JSON.stringify({
        event: 'OrderFilePart',
        bucket: 'uploads',
        key: 'big.ndjson',
        etag: '"e"',
        size: 400,
        format: 'ndjson',
        first_row_at: 0,
        lines_before: 0,
        part: number,
        parts: 4,
        from: 100 * number - 100,
        to: 100 * number,
        run,
        started_at: '2026-11-27T11:00:00.000Z',
        ...more,
      });
    const receipts: Record<string, string> = {
      [`big.ndjson.parts/${run}/receipts/0000/0000001.json`]:
        '{"status":"failed","error":{"code":"file_changed","message":"overwritten"}}',
      [`big.ndjson.parts/${run}/receipts/0000/0000002.json`]: '{"status":"ingested"}',
    };
    const { pipeline } = openScriptedPipeline({
      deadLetters: { upload: [part(1), part(2), part(3), part(5)] },
    });
    intercept(pipeline.clients.s3, GetObjectCommand, async ({ Key = '' }) => {
      const text = receipts[Key];
      if (text === undefined) throw sdkError('NoSuchKey');
      return { $metadata: {}, Body: Readable.from([Buffer.from(text)]) as never, ETag: 'e' };
    });
    const { letters } = await listDeadLetters(pipeline, 'upload');
    expect(letters.map(({ reason, errors }) => ({ ...reason, errors }))).toEqual([
      {
        code: 'file_changed',
        text: 'the file was overwritten before all of its parts were read',
        errors: ['big.ndjson, part 1 of 4: overwritten'],
      },
      { code: 'passing', text: 'valid message, the cause of the failure was temporary', errors: [] },
      {
        code: 'no_receipt',
        text: 'ingest wrote no receipt for the file',
        errors: ['big.ndjson, part 3 of 4: has no receipt, ingest failed before it could write one'],
      },
      {
        code: 'not_a_part',
        text: 'the message must be a valid part of an order file',
        errors: [expect.stringContaining('but part, from is not valid, received')],
      },
    ]);
  });

  test('of an upload is diagnosed together with seven others', async () => {
    const uploads = Array.from({ length: 20 }, (_, n) =>
      JSON.stringify({ Records: [{ s3: { bucket: { name: 'uploads' }, object: { key: `${n}.csv` } } }] }),
    );
    const { pipeline } = openScriptedPipeline({ deadLetters: { upload: uploads } });
    intercept(pipeline.clients.s3, GetObjectCommand, async () => {
      await new Promise(setImmediate);
      throw sdkError('NoSuchKey');
    });
    const reads = countInFlight(pipeline.clients.s3, GetObjectCommand);
    const { letters } = await listDeadLetters(pipeline, 'upload');
    expect(letters.map(({ reason }) => reason.code)).toEqual(Array(20).fill('no_receipt'));
    expect(reads.most).toBe(8);
  });

  test('of an upload causes a ServiceError while the results bucket is unreachable', async () => {
    const body = JSON.stringify({
      Records: [{ s3: { bucket: { name: 'uploads' }, object: { key: 'a.csv' } } }],
    });
    const { pipeline, deadLettersLeft } = openScriptedPipeline({ deadLetters: { upload: [body] } });
    intercept(pipeline.clients.s3, GetObjectCommand, async () => {
      throw sdkError('AccessDenied');
    });
    await expect(listDeadLetters(pipeline, 'upload')).rejects.toMatchObject({
      name: 'ServiceError',
      code: 'AccessDenied',
    });
    expect(deadLettersLeft()).toHaveLength(1);
  });
});

const reasonOf = (queue: QueueName, value: unknown) =>
  toReason(validateBody(queue, typeof value === 'string' ? value : JSON.stringify(value)));

describe('the reason of a message', () => {
  test('is `passing` if its body is valid', () => {
    const event = { event: 'OrderConfirmed', order: seedOrder, confirmed_at: 1 };
    const upload = { Records: [{ s3: { bucket: { name: 'uploads' }, object: { key: 'a+b.csv' } } }] };
    for (const [queue, body] of [
      ['order', seedOrder],
      ['shipping', event],
      ['analytics', event],
      ['upload', upload],
    ] as const) {
      expect(reasonOf(queue, body).code).toBe('passing');
    }
  });

  test.each([
    ['order', 'one kettle', 'not_json', 'the message must be JSON'],
    ['order', [], 'not_an_object', 'the message must be a JSON object'],
    [
      'order',
      { ...seedOrder, price: -1 },
      'price:too_small',
      'price must be a finite JSON number of at least 0',
    ],
    [
      'order',
      { ...seedOrder, customer_name: undefined },
      'customer_name:missing',
      'customer_name is missing',
    ],
    ['shipping', 'one kettle', 'not_json', 'the message must be JSON'],
    ['shipping', seedOrder, 'event:missing', 'event is missing'],
    ['shipping', { event: 'Other' }, 'event:invalid_value', 'event must be "OrderConfirmed"'],
    [
      'analytics',
      { event: 'OrderConfirmed', confirmed_at: -1 },
      'confirmed_at:invalid_value',
      'confirmed_at must be whole epoch milliseconds from 1970 to 9999',
    ],
    [
      'analytics',
      { event: 'OrderConfirmed', confirmed_at: 1 },
      'order:not_an_object',
      'order must be a JSON object',
    ],
    [
      'analytics',
      { event: 'OrderConfirmed', confirmed_at: 1, order: { ...seedOrder, price: '3' } },
      'order.price:invalid_type',
      'order.price must be a finite JSON number of at least 0',
    ],
    ['upload', seedOrder, 'not_an_s3_event', 'the message must be an S3 event'],
  ] as const)('of the %s queue, %j, is %s', (queue, body, code, text) => {
    expect(reasonOf(queue, body)).toEqual({ code, text });
  });

  test('names all errors, and does not depend on values or the order of fields', () => {
    const { price: _price, email_id: _email, ...rest } = seedOrder;
    const one = reasonOf('order', { ...rest, price: -1, email_id: 'nobody' });
    expect(one.code).toBe('email_id:invalid_format+price:too_small');
    expect(reasonOf('order', { email_id: 'x', price: -7, ...rest })).toEqual(one);
    const { customer_name: _name, ...less } = rest;
    expect(reasonOf('order', { ...less, price: -1, email_id: 'x' }).code).toBe(
      'customer_name:missing+email_id:invalid_format+price:too_small',
    );
  });

  test('of a file is described by the code of its receipt, whether it is known or not', () => {
    expect(fileFault({ path: '', code: 'not_utf8', message: 'x' })).toBe('the file is not UTF-8');
    expect(fileFault({ path: '', code: 'AccessDenied', message: 'x' })).toBe(
      'ingest failed with AccessDenied',
    );
  });
});
