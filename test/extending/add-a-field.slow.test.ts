import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedOrder } from '../order/seed-order.ts';
import { copyProject, type ProjectCopy } from './copy-project.ts';
import { addGiftNote, addNumberAndBoolean } from './extensions.ts';

const NOTE = 'Happy birthday, "Li" 🎂';

const loadOrder = (copy: ProjectCopy) =>
  copy.load<typeof import('../../lib/order/order.ts')>('lib/order/order.ts');

/** Reads rows of CSV with the copy's parser. */
async function readCsv(copy: ProjectCopy, ...lines: string[]) {
  const { readOrderFile } = await copy.load<typeof import('../order-file/read-order-file.ts')>(
    'test/order-file/read-order-file.ts',
  );
  return (await readOrderFile('orders.csv', lines.join('\n'))).rows;
}

const COLUMNS = Object.keys(seedOrder).join(',');
const CELLS = Object.values(seedOrder).join(',');

describe('a field that is added only to the table of fields', () => {
  let copy: ProjectCopy;
  beforeAll(async () => {
    copy = await copyProject();
    await addGiftNote(copy);
  });
  afterAll(() => copy[Symbol.asyncDispose]());

  it('is read from JSON and CSV, and omitted if it is absent', async () => {
    const { parseOrder } = await loadOrder(copy);
    const order = expect.objectContaining({ gift_note: NOTE });
    expect(parseOrder({ ...seedOrder, gift_note: ` ${NOTE} ` })).toEqual({ ok: true, order });
    for (const without of [seedOrder, { ...seedOrder, gift_note: undefined }]) {
      const parsed = parseOrder(without);
      expect(parsed.ok && Object.keys(parsed.order)).toEqual([...Object.keys(seedOrder), 'order_id']);
    }
    expect(
      await readCsv(
        copy,
        `${COLUMNS},gift_note`,
        `${CELLS},"${NOTE.replaceAll('"', '""')}"`,
        `${CELLS},42`,
        `${CELLS},`,
      ),
    ).toEqual([
      { line: 2, order },
      { line: 3, order: expect.objectContaining({ gift_note: '42' }) },
      { line: 4, order: expect.not.objectContaining({ gift_note: expect.anything() }) },
    ]);
    expect(await readCsv(copy, COLUMNS, CELLS)).toMatchObject([{ order: seedOrder }]);
  });

  it.each([
    ['', 'too_small', '""'],
    ['x'.repeat(257), 'too_big', `"${'x'.repeat(80)}…" (257 characters)`],
    ['a\nb', 'invalid_format', '"a\\u{a}b"'],
    [7, 'invalid_type', '7'],
    [null, 'invalid_type', 'null'],
  ])('is rejected if it is invalid: %j', async (gift_note, code, shown) => {
    const { parseOrder } = await loadOrder(copy);
    const rule = 'text of 1 to 256 characters without control characters or broken Unicode';
    expect(parseOrder({ ...seedOrder, gift_note })).toEqual({
      ok: false,
      errors: [{ path: 'gift_note', code, message: `gift_note must be ${rule}, received ${shown}` }],
    });
  });

  it('is part of the derived order_id, but does not change the order_id of orders without it', async () => {
    const { deriveOrderId } = await loadOrder(copy);
    const ids = [{}, { gift_note: 'a' }, { gift_note: 'b' }].map((note) =>
      deriveOrderId({ ...seedOrder, ...note }),
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe('ad9d13fec32032d973b23f8d24228c6714ad15ab6fa80d03b1a7043ee8b85f15');
  });

  it('can be set in dead letters, and is part of the published contract', async () => {
    const { readAssignments } = await copy.load<typeof import('../../cli/orders/dlq/assignments.ts')>(
      'cli/orders/dlq/assignments.ts',
    );
    expect(readAssignments(['gift_note=42'], 'order')).toEqual([{ path: ['gift_note'], value: '42' }]);
    const { renderOrderPage, renderOrderSchema } = await copy.load<
      typeof import('../order/render-contract.ts')
    >('test/order/render-contract.ts');
    expect(renderOrderPage()).toContain('| `gift_note` | Words for the card in the parcel |');
    expect(JSON.parse(renderOrderSchema()).properties).toHaveProperty('gift_note');
  });

  it('is in some generated orders, without changing their other fields', async () => {
    const generator = 'lib/produce/generator.ts';
    const extended = await copy.load<typeof import('../../lib/produce/generator.ts')>(generator);
    const { generateOrders } = await import('../../lib/produce/generator.ts');
    const orders = [...extended.generateOrders({ count: 8, seed: 7 })];
    const notes = orders.filter((order) => 'gift_note' in order);
    expect(notes).toHaveLength(2);
    expect(notes).toMatchObject([{ gift_note: 'Happy birthday!' }, { gift_note: 'Happy birthday!' }]);
    const { parseOrder } = await loadOrder(copy);
    for (const order of orders) expect(parseOrder(order)).toEqual({ ok: true, order });
    for (const [index, { order_id, ...fields }] of [...generateOrders({ count: 8, seed: 7 })].entries())
      expect(orders[index]).toMatchObject(fields);
  });

  it('passes through the pipeline from HTTP requests and files to ledger, event and order history', async () => {
    const { startTestCloud } = await copy.load<typeof import('../pipeline/start-test-cloud.ts')>(
      'test/pipeline/start-test-cloud.ts',
    );
    const { runOrders } = await copy.load<typeof import('../cli/orders/run-orders.ts')>(
      'test/cli/orders/run-orders.ts',
    );
    const cloud = await startTestCloud({ params: { shipping: 'off', sales: 'off' } });
    try {
      const { sns, sqs, s3 } = cloud.clients;
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'events' }));
      const arn = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
      // As on AWS, SNS may send to a queue only if the queue's policy allows it.
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arn.Attributes?.QueueArn,
        },
      });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
      await sns.send(
        new SubscribeCommand({
          TopicArn: cloud.output('OrderEventsTopicArn'),
          Protocol: 'sqs',
          Endpoint: arn.Attributes?.QueueArn,
          Attributes: { RawMessageDelivery: 'true' },
        }),
      );
      Object.assign(cloud.outputs, { EventsQueueUrl: QueueUrl });

      const orders = [
        { ...seedOrder, order_id: 'with', gift_note: NOTE },
        { ...seedOrder, order_id: 'without' },
        { ...seedOrder, order_id: 'wrong', gift_note: '' },
      ];
      const api = cloud.output('ApiUrl');
      const response = await fetch(`${api}/orders`, { method: 'POST', body: JSON.stringify(orders) });
      expect(await response.json()).toMatchObject({
        accepted: [{ order_id: 'with' }, { order_id: 'without' }],
        rejected: [{ index: 2, errors: [{ path: 'gift_note', code: 'too_small' }] }],
      });
      const Body = `${COLUMNS},order_id,gift_note\n${CELLS},from-file,From a file\n`;
      const Bucket = cloud.output('UploadBucketName');
      await s3.send(new PutObjectCommand({ Bucket, Key: 'gifts.csv', Body }));

      await cloud.until(
        () => cloud.depth('EventsQueueUrl'),
        (count) => count === 3,
      );
      await cloud.drained();
      const events = (await cloud.drainQueue('EventsQueueUrl')).map(({ Body = '' }) => JSON.parse(Body));
      const notes = new Map(events.map(({ order }) => [order.order_id, order.gift_note]));
      expect(Object.fromEntries(notes)).toEqual({
        with: NOTE,
        without: undefined,
        'from-file': 'From a file',
      });

      const historyOf = async (id: string) => (await fetch(`${api}/orders/${id}`)).json();
      expect(await historyOf('with')).toMatchObject({ confirmed: {}, details: { gift_note: NOTE } });
      expect(await historyOf('without')).not.toHaveProperty('details');
      const pageOf = async (id: string) => (await fetch(`${api}/dashboard/orders/${id}`)).json();
      expect(await pageOf('from-file')).toMatchObject({ details: { gift_note: 'From a file' } });
      const trace = await runOrders(cloud.localDirectory, ['trace', 'with']);
      expect(trace.stdout).toMatch(
        /^with: confirmed, shipped and sold\ngift_note: Happy birthday, "Li" 🎂\n\n/,
      );
    } finally {
      await cloud.stop();
    }
  }, 120_000);
});

describe('fields of other kinds', () => {
  let copy: ProjectCopy;
  beforeAll(async () => {
    copy = await copyProject();
    await addGiftNote(copy);
    await addNumberAndBoolean(copy);
  });
  afterAll(() => copy[Symbol.asyncDispose]());

  it('are converted to numbers and booleans from CSV, or rejected', async () => {
    const rows = await readCsv(
      copy,
      `${COLUMNS},quantity,is_gift`,
      `${CELLS},3,true`,
      `${CELLS},,false`,
      `${CELLS},three,yes`,
      `${CELLS},0,`,
    );
    expect(rows).toMatchObject([
      { order: { quantity: 3, is_gift: true } },
      { order: { is_gift: false } },
      {
        errors: [
          { path: 'quantity', message: 'quantity must be a whole number of at least 1, received "three"' },
          { path: 'is_gift', message: 'is_gift must be true or false, received "yes"' },
        ],
      },
      { errors: [{ path: 'quantity', code: 'too_small' }] },
    ]);
  });

  it('are shown in the order history unless they are personal', async () => {
    const { detailsOf, parseOrder } = await loadOrder(copy);
    const parsed = parseOrder({ ...seedOrder, quantity: 3, is_gift: true });
    expect(parsed.ok && detailsOf(parsed.order)).toEqual({ quantity: 3 });
  });
});
