import { gzipSync } from 'node:zlib';
import { GetObjectCommand, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Receipt } from '../../lib/ingest/receipt.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { CSV_HEADER, toCsvRow } from '../order-file/to-csv.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({ params: { shipping: 'off', sales: 'off' } });
});
afterAll(() => cloud.stop());

const FORMATS: Record<string, (orders: Order[]) => string> = {
  'orders.ndjson': (orders) => orders.map((order) => JSON.stringify(order)).join('\n'),
  'Black Friday/orders 1+2 für José.json': (orders) => JSON.stringify(orders, null, 2),
  'données,2026/注文.csv': (orders) => [CSV_HEADER, ...orders.map(toCsvRow)].join('\r\n'),
};

async function upload(key: string, body: string | Buffer): Promise<void> {
  await cloud.clients.s3.send(
    new PutObjectCommand({ Bucket: cloud.output('UploadBucketName'), Key: key, Body: body }),
  );
}

async function readResult(key: string): Promise<string | undefined> {
  try {
    const command = new GetObjectCommand({ Bucket: cloud.output('ResultsBucketName'), Key: key });
    return await (await cloud.clients.s3.send(command)).Body?.transformToString();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

async function receiptOf(key: string): Promise<Receipt> {
  const text = await cloud.until(
    () => readResult(`${key}.receipt.json`),
    (found) => found !== undefined,
  );
  return JSON.parse(text ?? '');
}

describe('an uploaded order file', () => {
  for (const [index, [key, write]] of Object.entries(FORMATS).entries()) {
    for (const gzipped of [false, true]) {
      const name = gzipped ? `${key}.gz` : key;
      it(`is confirmed order by order: ${name}`, async () => {
        const orders = Array.from(generateOrders({ count: 40, seed: 100 + 2 * index + Number(gzipped) }));
        await upload(name, gzipped ? gzipSync(write(orders)) : write(orders));

        expect(await receiptOf(name)).toMatchObject({
          status: 'ingested',
          key: name,
          format: key.split('.').at(-1),
          gzipped,
          rows: 40,
          sent: 40,
          rejected: 0,
        });
        await cloud.drained();
        const mailed = (await cloud.takeMails()).map(({ order_id }) => order_id);
        expect(mailed.sort()).toEqual(orders.map(({ order_id }) => order_id).sort());
        expect(await readResult(`${name}.rejected.ndjson`)).toBeUndefined();
      });
    }
  }

  it('has its valid rows confirmed and its rejected rows stored with line, reasons and raw text', async () => {
    const rows = Array.from(generateOrders({ count: 1_000, seed: 5 }), (order) => JSON.stringify(order));
    const badLines = [1, 250, 251, 600, 1_000];
    const badRows = ['', '{"cut": ', '[]', '{"customer_name":"only"}', 'null'].map(
      (text) => text || 'nonsense',
    );
    for (const [index, line] of badLines.entries()) rows[line - 1] = badRows[index] ?? '';
    await upload('bad rows.ndjson', `${rows.join('\n')}\n`);

    expect(await receiptOf('bad rows.ndjson')).toMatchObject({
      status: 'ingested',
      rows: 1_000,
      sent: 995,
      rejected: 5,
      rejected_key: 'bad rows.ndjson.rejected.ndjson',
    });
    const rejected = (await readResult('bad rows.ndjson.rejected.ndjson'))?.trim().split('\n') ?? [];
    const parsed = rejected.map((line) => JSON.parse(line));
    expect(parsed.map(({ line, raw }) => [line, raw])).toEqual(
      badLines.map((line, index) => [line, badRows[index]]),
    );
    for (const { errors } of parsed) expect(errors[0].message).toMatch(/must be .+, received .+/);
    await cloud.drained();
    expect((await cloud.takeMails()).length).toBe(995);
  });

  it('that is a corrupt gzip is dead-lettered, and its receipt has the reason', async () => {
    const packed = gzipSync(JSON.stringify(Array.from(generateOrders({ count: 500, seed: 6 }))));
    await upload('corrupt.json.gz', packed.subarray(0, packed.length / 2));
    await cloud.until(
      () => cloud.depth('UploadQueueDLQUrl'),
      (count) => count === 1,
    );

    const [message] = await cloud.drainQueue('UploadQueueDLQUrl');
    expect(JSON.parse(message?.Body ?? '').Records[0].s3.object.key).toBe('corrupt.json.gz');
    expect(await receiptOf('corrupt.json.gz')).toMatchObject({
      status: 'failed',
      error: { code: 'bad_gzip', message: expect.stringContaining('corrupt.json.gz') },
    });
    await cloud.drained();
    await cloud.takeMails();
  });

  it('that is uploaded twice under two names confirms each order once', async () => {
    const orders = Array.from(generateOrders({ count: 30, seed: 9 }), (order) => JSON.stringify(order)).join(
      '\n',
    );
    const duplicatesBefore = cloud.log.sum('OrdersDuplicate');
    await upload('first.ndjson', orders);
    await receiptOf('first.ndjson');
    await cloud.drained();
    await upload('second.ndjson', orders);
    await receiptOf('second.ndjson');
    await cloud.drained();

    expect((await cloud.takeMails()).length).toBe(30);
    const duplicates = async () => cloud.log.sum('OrdersDuplicate') - duplicatesBefore;
    expect(await cloud.until(duplicates, (count) => count >= 30)).toBe(30);
  });
});
