import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseOrder } from '../../lib/order/order.ts';
import { openOrderFile } from '../../lib/order-file/order-file.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { seedOrder } from '../order/seed-order.ts';
import { inChunks, inShort, readOrderFile } from './read-order-file.ts';

function json(customer_name: string): string {
  return JSON.stringify({ ...seedOrder, customer_name });
}

function csv(customer_name: string): string {
  return `${customer_name},jane@example.com,P-1001,Kettle,39.9,1795329424262`;
}

const HEADER = 'customer_name,email_id,product_id,product_name,price,timestamp';

const ndjsonFile = `\ufeff${json('Ann')}\r\n\n  \r${json('李小龙 🐉')}\r\nnot json\n{"price":-1}\r${json('Zoë')}`;
const jsonFile = `\ufeff[\r\n ${json('Ann')},\n{oops "]}"},\r\r 7 , "a\\"b]\\t", [1,{"a":[]}],null\n,${JSON.stringify({ ...seedOrder, customer_name: 'a "quoted\\" ]} 李' }, null, 2)} ]\n`;
const csvFile = `\ufeff${HEADER}\r\n${csv('Ann')}\n\n${csv('"Doe, ""J""\r\n李"')}\r${csv('"Doe, ""J"" 李"')}\na,b\n${csv('x"y')}\n${csv('Zoë')}`;

const ndjsonRows = [
  '1 Ann',
  '4 李小龙 🐉',
  '5 not_json',
  expect.stringMatching(/^6 missing customer_name, /),
  '7 Zoë',
];
const jsonRows = [
  '2 Ann',
  '3 not_json',
  '5 not_an_object',
  '5 not_an_object',
  '5 not_an_object',
  '5 not_an_object',
  '6 a "quoted\\" ]} 李',
];
const csvRows = [
  '2 Ann',
  '4 invalid_format customer_name',
  '6 Doe, "J" 李',
  '7 column_count',
  '8 bad_csv',
  '9 Zoë',
];

describe.each([
  { name: 'orders.ndjson', format: 'ndjson', file: ndjsonFile, expected: ndjsonRows },
  { name: 'orders.json', format: 'json', file: jsonFile, expected: jsonRows },
  { name: 'orders.csv', format: 'csv', file: csvFile, expected: csvRows },
])('the order file $name', ({ name, format, file, expected }) => {
  it('has its valid and bad rows with line numbers', async () => {
    const read = await readOrderFile(name, file);
    expect(read).toMatchObject({ format, gzipped: false });
    expect(read.error).toBeUndefined();
    expect(inShort(read.rows)).toEqual(expected);
  });

  it('has the same rows for any split into two chunks', { tags: 'exhaustive' }, async () => {
    const { rows } = await readOrderFile(name, file);
    // The first 64 KiB are read as one chunk. They are blank, so that the splits are in the rows.
    const [bom, ...rest] = file;
    const split = async function* (size: number) {
      yield Buffer.from(bom + ' '.repeat(64 * 1024));
      yield* inChunks(rest.join(''), size);
    };
    for (let size = 1; size <= 100; size++) {
      expect((await readOrderFile(name, split(size))).rows, `chunks of ${size}`).toEqual(rows);
      expect((await readOrderFile(name, inChunks(file, size))).rows, `chunks of ${size}`).toEqual(rows);
    }
  });

  it('has the same rows when gzipped, with or without .gz, in one or several members', async () => {
    const { rows } = await readOrderFile(name, file);
    const bytes = Buffer.from(file);
    const members = [bytes.subarray(0, 100), bytes.subarray(100)].map((part) => gzipSync(part));
    for (const packed of [gzipSync(bytes), Buffer.concat(members)]) {
      for (const packedName of [`${name}.gz`, `${name.toUpperCase()}.GZ`, name]) {
        expect(await readOrderFile(packedName, inChunks(packed, 7))).toEqual({ format, gzipped: true, rows });
      }
    }
  });

  it('has no rows if it is empty or blank', async () => {
    for (const empty of ['', '\ufeff', ' \r\n\n']) {
      expect(await readOrderFile(name, empty)).toEqual({ format, gzipped: false, rows: [] });
      expect(await readOrderFile(`${name}.gz`, gzipSync(empty))).toEqual({ format, gzipped: true, rows: [] });
    }
  });
});

describe('openOrderFile', () => {
  it.each([
    ['a.jsonl', json('Ann'), 'ndjson'],
    ['dir.csv/a', json('Ann'), 'ndjson'],
    ['a.txt', `\n${json('Ann')}\n${json('Bob')}\n`, 'ndjson'],
    ['a.txt', JSON.stringify(seedOrder, null, 2), 'json'],
    ['a', `[${json('Ann')}]`, 'json'],
    ['a.constructor', `${HEADER}\n${csv('Ann')}`, 'csv'],
    ['a', `note,"customer_name",${HEADER.slice('customer_name,'.length)}\n,${csv('Ann')}`, 'csv'],
  ])('detects the format of %s by its name, then by its content', async (name, file, format) => {
    const read = await readOrderFile(name, file);
    expect(read.format).toBe(format);
    expect(read.rows[0]).toHaveProperty('order');
  });

  it('reads several JSON values one after another, objects and arrays', async () => {
    const { rows } = await readOrderFile('a.json', `${json('Ann')}${json('Bob')}\n[${json('Cy')}]\n[]`);
    expect(inShort(rows)).toEqual(['1 Ann', '1 Bob', '2 Cy']);
  });

  it('finds CSV columns by name in any order, and treats empty cells as missing fields', async () => {
    const file = `order_id, price ,coupon,timestamp,product_name,product_id,email_id,customer_name
A-1,39.9,x,2026-11-22,Kettle,P-1001,jane@example.com,"  Jane Doe "
,3.99E1,,1795329424262,Kettle,P-1001, "jane@example.com" ,Jane Doe
,"39,90",,now,Kettle,P-1001,jane@example.com,
`;
    const { rows } = await readOrderFile('a.csv', file);
    expect(rows[0]).toMatchObject({ line: 2, order: { order_id: 'A-1', customer_name: 'Jane Doe' } });
    const same = parseOrder(seedOrder);
    expect(rows[1]).toEqual({ line: 3, order: same.ok && same.order });
    expect(inShort(rows.slice(2))).toEqual([
      '4 missing customer_name, invalid_type price, invalid_format timestamp',
    ]);
  });

  it('counts CR LF as one line break, even if it is split between chunks', async () => {
    // The first 64 KiB are read as one chunk.
    async function* pieces() {
      yield Buffer.from(' '.repeat(64 * 1024));
      for (const piece of [`${json('Ann')}\r`, `\n${json('Bob')}\r`, `${json('Cy')}\n`])
        yield Buffer.from(piece);
    }
    const { rows } = await readOrderFile('a.ndjson', pieces());
    expect(inShort(rows)).toEqual(['1 Ann', '2 Bob', '3 Cy']);
  });

  it('yields bad rows with their unchanged text', async () => {
    expect((await readOrderFile('a.ndjson', 'not json  \r\n')).rows).toMatchObject([{ raw: 'not json  ' }]);
    expect((await readOrderFile('a.json', '[ {"a": 1},2]')).rows).toMatchObject([
      { raw: '{"a": 1}' },
      { raw: '2' },
    ]);
    const { rows } = await readOrderFile('a.csv', `${HEADER}\n"a\r\n",b\n`);
    expect(rows).toMatchObject([{ line: 2, raw: '"a\n",b' }]);
  });

  it('reads all orders of a long file in order, in each format', { tags: 'exhaustive' }, async () => {
    const orders = [...generateOrders({ count: 5000, seed: 1 })];
    const fields = Object.keys(orders[0] ?? {});
    const quoted = (order: object) =>
      Object.values(order).map((value) => `"${String(value).replaceAll('"', '""')}"`);
    const files = {
      'a.ndjson': orders.map((order) => JSON.stringify(order)).join('\n'),
      'a.json': JSON.stringify(orders),
      'a.csv': [fields, ...orders.map(quoted)].map((cells) => cells.join(',')).join('\r\n'),
    };
    for (const [name, file] of Object.entries(files)) {
      const { rows } = await readOrderFile(name, inChunks(gzipSync(file), 5000));
      expect(rows.map((row) => 'order' in row && row.order)).toEqual(orders);
    }
  });

  it.each(['a.ndjson', 'a.ndjson.gz'])('closes the source of %s if the caller stops early', async (name) => {
    let closed = false;
    const line = Buffer.from(`${json('Ann')}\n`.repeat(10_000));
    const source = async function* () {
      try {
        for (;;) yield name.endsWith('.gz') ? gzipSync(line) : line;
      } finally {
        closed = true;
      }
    };
    const { rows } = await openOrderFile(source(), name);
    for await (const row of rows) if (row.line === 15_000) break;
    await expect.poll(() => closed).toBe(true);
  });

  it('ends with the reason of its signal, even if no further row arrives', async () => {
    const stop = new AbortController();
    const source = async function* () {
      yield Buffer.from('[');
      for (;;) {
        yield Buffer.alloc(65_536, ' ');
        stop.abort(new Error('time is up'));
      }
    };
    const { rows } = await openOrderFile(source(), 'a.json', stop.signal);
    await expect(rows.next()).rejects.toThrow('time is up');
  });
});
