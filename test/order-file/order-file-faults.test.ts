import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { seedOrder } from '../order/seed-order.ts';
import { inChunks, inShort, readOrderFile } from './read-order-file.ts';

const order = JSON.stringify(seedOrder);
const HEADER = 'customer_name,email_id,product_id,product_name,price,timestamp';
const csvOrder = 'Jane Doe,jane@example.com,P-1001,Kettle,39.9,1795329424262';
const MEBIBYTE = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Enough orders for several chunks, also when gzipped. */
const manyOrders = Array.from(
  { length: 5000 },
  () => `${JSON.stringify({ ...seedOrder, product_name: randomBytes(32).toString('hex') })}\n`,
).join('');

describe('an unreadable file', () => {
  it.each([
    [
      'a.json',
      'hello',
      'bad_json',
      'a.json:1: must be a JSON array of orders, or orders one after another: expected { or [, received "hello"',
    ],
    [
      'a.json',
      `[${order}\n,${order}`,
      'bad_json',
      'a.json:2: * expected , or ], received the end of the file',
    ],
    [
      'a.json',
      `[${order},\n\n{"price":1`,
      'bad_json',
      'a.json:3: * expected the end of the row that begins here, received the end of the file',
    ],
    [
      'a.json',
      `[${order},\n"price`,
      'bad_json',
      'a.json:2: * expected the end of the row that begins here, received the end of the file',
    ],
    ['a.json', `[${order},\n]`, 'bad_json', 'a.json:2: * expected an order, received "]"'],
    ['a.json', `[${order}\n${order}]`, 'bad_json', 'a.json:2: * expected , or ], received "{*"'],
    ['a.json', '[,', 'bad_json', 'a.json:1: * expected an order or ], received ","'],
    ['a.json', ']', 'bad_json', 'a.json:1: * expected { or [, received "]"'],
    ['a.json', `${order},${order}`, 'bad_json', 'a.json:1: * expected { or [, received ",{*'],
    ['a.gz', gzipSync(gzipSync(order)), 'bad_gzip', 'a.gz: must be gzipped once, received gzip within gzip'],
    [
      'a.csv',
      'customer_name,price\nJane,1\n',
      'missing_columns',
      'a.csv:1: header must name email_id, product_id, product_name, timestamp, received "customer_name,price"',
    ],
    [
      'a.csv',
      `\n${HEADER},price\n`,
      'duplicate_columns',
      'a.csv:2: header must name price once, received "*"*',
    ],
    ['a.csv', `"${HEADER}\n${csvOrder}`, 'bad_header', 'a.csv:1: header row must be CSV *, received "*"*'],
    [
      'a.csv',
      Buffer.from(`${HEADER},\xe9\n`, 'latin1'),
      'bad_header',
      'a.csv:1: header row must be UTF-8, received *',
    ],
    ['a.txt', 'Dear Jane,\n', 'unknown_format', 'a.txt:1: must be named *; received "Dear Jane,"'],
    [
      'a.csv',
      Buffer.from(`\ufeff${HEADER}`, 'utf16le'),
      'not_utf8',
      'a.csv:1: must be UTF-8, received UTF-16 *',
    ],
    [
      'a.json',
      Buffer.from(order, 'utf16le'),
      'not_utf8',
      'a.json:1: must be UTF-8, received UTF-16 (begins with bytes 7b002200)',
    ],
    [
      'a.csv.gz',
      HEADER,
      'bad_gzip',
      'a.csv.gz: must be valid gzip data, received data that fails with: incorrect header check',
    ],
  ])('throws file, line, rule and value for %s (%#)', async (name, file, code, message) => {
    const { error } = await readOrderFile(name, file);
    expect(error).toMatchObject({ name: 'UnreadableFileError', code });
    const pattern = message.split('*').map((part) => RegExp.escape(part));
    expect(String((error as Error).message)).toMatch(new RegExp(`^${pattern.join('.*')}$`));
  });

  it('has a message that is safe to print', async () => {
    const { error } = await readOrderFile('a\n\u202eb.txt', 'hello');
    expect((error as Error).message).toMatch(/^a\\u\{a\}\\u\{202e\}b\.txt:1: must be named /);
  });

  it('yields the rows before its error', async () => {
    const { rows, error } = await readOrderFile('a.json', `[${order},\n${order}\n`);
    expect(inShort(rows)).toEqual(['1 Jane Doe', '2 Jane Doe']);
    expect(error).toMatchObject({ code: 'bad_json' });
  });

  it('is a gzip file that is truncated anywhere', async () => {
    const packed = gzipSync(manyOrders);
    for (const length of [1, 2, 9, 10, 20, 70_000, packed.length - 9, packed.length - 1]) {
      const { error } = await readOrderFile('a.ndjson.gz', inChunks(packed.subarray(0, length), 16_384));
      expect(error, `${length} bytes`).toMatchObject({ code: 'bad_gzip' });
    }
  });

  it('is a corrupt gzip file, whose error keeps the cause', async () => {
    const packed = gzipSync(manyOrders);
    packed.fill(0xff, 100_000, 100_064);
    const { error } = await readOrderFile('a.ndjson.gz', inChunks(packed, 16_384));
    expect(error).toMatchObject({ code: 'bad_gzip', cause: { code: 'Z_DATA_ERROR' } });
  });

  it.each(['a.ndjson', 'a.json', 'a.csv', 'a.ndjson.gz', 'a'])(
    'does not hide an error of its source: %s',
    async (name) => {
      const broken = new Error('socket hang up');
      for (const before of [0, 70_000]) {
        const file = name.endsWith('.gz') ? gzipSync(manyOrders) : `${' '.repeat(before)}`;
        const source = async function* () {
          if (before > 0) yield* inChunks(Buffer.from(file).subarray(0, before), 16_384);
          throw broken;
        };
        expect((await readOrderFile(name, source())).error).toBe(broken);
      }
    },
  );

  it.each(['a.txt', 'a.txt.gz'])('closes its source after the error: %s', async (name) => {
    let closed = false;
    const source = async function* () {
      try {
        for (;;) yield name.endsWith('.gz') ? gzipSync('Dear Jane'.repeat(10_000)) : Buffer.from('Dear Jane');
      } finally {
        closed = true;
      }
    };
    expect((await readOrderFile(name, source())).error).toMatchObject({ code: 'unknown_format' });
    await expect.poll(() => closed).toBe(true);
  });
});

describe('a bad row', () => {
  it('that is not UTF-8 does not affect other rows', async () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const files = {
      'a.ndjson': latin1(`${order}\n${order.replace('Jane', 'Zo\xeb')}\n${order}`),
      'a.json': latin1(`[${order},\n${order.replace('Jane', 'Zo\xeb')},\n${order}]`),
      'a.csv': latin1(`${HEADER}\n${csvOrder.replace('Jane', 'Zo\xeb')}\n${csvOrder}`),
    };
    for (const [name, file] of Object.entries(files)) {
      const { rows, error } = await readOrderFile(name, file);
      expect(error).toBeUndefined();
      expect(inShort(rows)).toContain('2 not_utf8');
      expect(inShort(rows)).toContain('3 Jane Doe');
      expect(rows.find((row) => row.line === 2)).toMatchObject({
        raw: expect.stringContaining('Zo\ufffd Doe'),
      });
    }
  });

  it.each([
    { name: 'a.ndjson', before: `${order}\n"`, after: `"\n${order}`, raw: /^"é+$/ },
    { name: 'a.json', before: `[${order},\n{"a":"]`, after: `"},\n${order}]`, raw: /^\{"a":"\]é+$/ },
    { name: 'a.csv', before: `${HEADER}\n`, after: `,x\n${csvOrder}`, raw: /^é+$/ },
  ])(
    'that is longer than 256 KiB does not affect other rows and has its text cut: $name',
    async ({ name, before, after, raw }) => {
      const { rows, error } = await readOrderFile(
        name,
        inChunks(before + 'é'.repeat(200_000) + after, 50_000),
      );
      expect(error).toBeUndefined();
      expect(inShort(rows)).toContain('2 row_too_long');
      expect(inShort(rows)).toContain('3 Jane Doe');
      const bad = rows.find((row) => row.line === 2);
      expect(bad).toMatchObject({ raw: expect.stringMatching(raw) });
      expect(bad && 'raw' in bad && bad.raw.length).toBeLessThan(1024);
    },
  );

  it('may have exactly 256 KiB', async () => {
    const padded = order.replace('{', `{${' '.repeat(256 * 1024 - order.length)}`);
    const { rows } = await readOrderFile('a.ndjson', `${padded}\n ${padded}`);
    expect(inShort(rows)).toEqual(['1 Jane Doe', '2 row_too_long']);
  });

  it.each([
    ['at the end of the file', 3],
    ['far from the next quote', 5000],
  ])('with an unclosed quote fails only one line of a CSV, %s', async (_, count) => {
    const file = `${HEADER}\n${csvOrder}\n"${csvOrder}\n${`${csvOrder}\n`.repeat(count)}`;
    const { rows } = await readOrderFile('a.csv', inChunks(file, 10_000));
    expect(inShort(rows.slice(0, 3))).toEqual(['2 Jane Doe', '3 bad_csv', '4 Jane Doe']);
    expect(rows[1]).toMatchObject({ raw: `"${csvOrder}` });
    expect(rows).toHaveLength(count + 2);
  });

  it('with a stray quote does not include valid rows up to the next stray quote', async () => {
    const stray = csvOrder.replace('Kettle', '"Kettle');
    const file = [
      HEADER,
      stray,
      ...Array.from({ length: 50 }, () => csvOrder),
      csvOrder.replace('Kettle', 'Kettle"'),
    ];
    const { rows } = await readOrderFile('a.csv', file.join('\n'));
    expect(inShort(rows)).toEqual([
      '2 bad_csv',
      ...Array.from({ length: 50 }, (_, index) => `${index + 3} Jane Doe`),
      '53 bad_csv',
    ]);
  });

  it('with an unclosed quote ends after 256 KiB, not at the end of the file', async () => {
    const broken = new Error('socket hang up');
    const source = async function* () {
      yield Buffer.from(`${HEADER}\n"${csvOrder}\n${`${csvOrder}\n`.repeat(5000)}`);
      throw broken;
    };
    const { rows, error } = await readOrderFile('a.csv', source());
    expect(error).toBe(broken);
    expect(inShort(rows.slice(0, 2))).toEqual(['2 bad_csv', '3 Jane Doe']);
  });

  it('with an unclosed quote ends after 256 KiB of blank lines as well', async () => {
    const broken = new Error('socket hang up');
    const source = async function* () {
      yield Buffer.from(`${HEADER}\n"`);
      yield Buffer.alloc(300 * 1024, '\n');
      throw broken;
    };
    const { rows, error } = await readOrderFile('a.csv', source());
    expect(error).toBe(broken);
    expect(inShort(rows)).toEqual(['2 bad_csv']);
  });

  it('with a stray quote fails only its own line, not the quoted rows after it', async () => {
    const quoted = `"Doe, Jane"${csvOrder.slice('Jane Doe'.length)}`;
    const file = [
      HEADER,
      csvOrder.replace('Kettle', '5" Kettle'),
      quoted,
      csvOrder.replace('Kettle', '"Ket\ntle"'),
      quoted,
    ];
    const { rows } = await readOrderFile('a.csv', file.join('\n'));
    expect(inShort(rows)).toEqual([
      '2 bad_csv',
      '3 Doe, Jane',
      '4 invalid_format product_name',
      '6 Doe, Jane',
    ]);
  });
});

describe('memory of the reader', { tags: 'exhaustive' }, () => {
  it.each([
    { name: 'a.ndjson', begin: `${order}\n"` },
    { name: 'a.json', begin: `[${order},"` },
    { name: 'a.csv', begin: `${HEADER}\n${csvOrder}\n` },
  ])('does not grow with an endless row: $name', async ({ name, begin }) => {
    let held = 0;
    const source = async function* () {
      yield Buffer.from(begin);
      const chunks: WeakRef<ArrayBufferLike>[] = [];
      for (let at = 0; at < 32; at++) {
        const chunk = Buffer.alloc(MEBIBYTE, 'x');
        chunks.push(new WeakRef(chunk.buffer));
        yield chunk;
      }
      // A WeakRef is cleared only between two turns of the event loop.
      await setImmediate();
      collectGarbage();
      held = chunks.filter((chunk) => chunk.deref()).length;
    };
    const { rows } = await readOrderFile(name, source());
    expect(rows[0]).toHaveProperty('order');
    expect(held).toBeLessThan(4);
  });
});
