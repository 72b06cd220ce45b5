import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderFileRow } from '../../lib/order-file/order-file.ts';
import {
  type OrderFileParts,
  openOrderFilePart,
  orderFileParts,
  type ReadBytes,
} from '../../lib/order-file/parts.ts';
import { seedOrder } from '../order/seed-order.ts';
import { propertyRuns } from '../property-runs.ts';
import { arbitraryOrderFile } from './arbitrary-order-file.ts';
import { readOrderFile } from './read-order-file.ts';

const HEAD_BYTES = 64 * 1024;

const inMemory = (file: Buffer, chunkBytes = HEAD_BYTES): ReadBytes =>
  async function* (from, to) {
    expect(from).toBeLessThan(to);
    expect(to).toBeLessThanOrEqual(file.length);
    for (let at = from; at < to; at += chunkBytes) yield file.subarray(at, Math.min(to, at + chunkBytes));
  };

/** Reads the rows of a file part by part, with line numbers of the file; undefined if the file is not split. */
async function readInParts(
  name: string,
  file: Buffer,
  partBytes: number,
  chunkBytes = HEAD_BYTES,
): Promise<OrderFileRow[] | undefined> {
  const parts = orderFileParts(name, file.subarray(0, HEAD_BYTES), file.length, partBytes);
  if (!parts) return undefined;
  const read = inMemory(file, chunkBytes);
  const rows: OrderFileRow[] = [];
  let lines = 0;
  for (let part = 0; part < parts.count; part++) {
    const from = parts.firstRowAt + part * partBytes;
    const to = Math.min(file.length, from + partBytes);
    const opened = await openOrderFilePart(read, { ...parts, size: file.length, from, to }, name);
    for await (const row of opened.rows) rows.push({ ...row, line: row.line + lines });
    lines += opened.lines();
  }
  expect(lines).toBe(file.toString('latin1').match(/\r\n|\r|\n/g)?.length ?? 0);
  return rows;
}

async function expectTheSame(name: string, file: Buffer, partBytes: number, chunkBytes?: number) {
  const whole = await readOrderFile(name, file);
  const rows = await readInParts(name, file, partBytes, chunkBytes);
  if (rows) expect(rows).toEqual(whole.rows);
  return rows;
}

const written = (order: object) => Object.values(order).join(',');
const HEADER = `note,${Object.keys(seedOrder).join(',')}`;

/** Lines that are valid, invalid, or depend on the lines before them. */
const csvText: Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        `,${written(seedOrder)}`,
        `"a, ""b""",${written(seedOrder)}`,
        `"two`,
        `lines",${written(seedOrder)}`,
        `",${written(seedOrder)}`,
        `",""${written(seedOrder)}`,
        `"",${written(seedOrder)},"`,
        `"`,
        `""`,
        '"\n"',
        'x"y',
        ',,,',
        '',
        ' ',
        '\xff',
      ),
      fc.constantFrom('\n', '\n', '\n', '\r\n', '\r'),
    ),
    { maxLength: 24 },
  )
  .map((lines) => `${HEADER}\n${lines.flat().join('')}`);

describe('the rows and line numbers of all parts together are those of the whole file', () => {
  it('for any NDJSON or CSV file', async () => {
    let [split, total] = [0, 0];
    await fc.assert(
      fc.asyncProperty(arbitraryOrderFile, fc.integer({ min: 1, max: 400 }), async (written, length) => {
        const { format, bom, blanks, body } = written;
        const file = Buffer.from(bom + ' '.repeat(blanks % 7) + body, 'latin1');
        // Parts of one byte, too, but at most 60 parts.
        const partBytes = Math.max(length, Math.ceil(file.length / 60));
        total++;
        if (await expectTheSame(`orders.${format}`, file, partBytes)) split++;
      }),
      propertyRuns(80),
    );
    expect(split).toBeGreaterThan(total / 5);
  });

  it('for a CSV file with quoted line breaks, stray quotes and orders inside quotes', async () => {
    const cut = fc.record({ part: fc.integer({ min: 1, max: 300 }), chunk: fc.integer({ min: 1, max: 50 }) });
    await fc.assert(
      fc.asyncProperty(csvText, cut, async (text, { part, chunk }) => {
        const file = Buffer.from(text, 'latin1');
        await expectTheSame('orders.csv', file, Math.max(part, Math.ceil(file.length / 60)), chunk);
      }),
      propertyRuns(80),
    );
  });

  it('for a CSV file with records of the maximum length and longer', async () => {
    const good = `,${written(seedOrder)}\n`;
    const long = (line: string, size: number) =>
      `"${line.repeat(size / line.replace('\r', '').length)}",${written(seedOrder)}\r\n`;
    const texts = [
      long(`${'x'.repeat(998)}\n`, 262_000),
      good,
      long(`${'注'.repeat(99)}\r\n`, 262_000),
      long('\r\n', 100_000),
      `"${good.repeat(10)}`,
      long(`${'x'.repeat(998)}\n`, 300_000),
      `"never closed${good}${good}`,
      `${'x'.repeat(300_000)}\n`,
    ];
    const file = Buffer.from([HEADER, ...texts, good].join('\n'));
    expect(await expectTheSame('orders.csv', file, 400_009)).toHaveLength(319);
  });
});

it('parts of records of several lines have equal numbers of rows', async () => {
  const record = `"two\nlines, one ""quoted""",${written(seedOrder)}\n`;
  const file = Buffer.from(`${HEADER}\n${record.repeat(400)}`);
  const partBytes = 100 * record.length;
  const parts = orderFileParts('orders.csv', file, file.length, partBytes);
  expect(parts).toEqual({
    format: 'csv',
    header: HEADER,
    firstRowAt: HEADER.length + 1,
    linesBefore: 1,
    count: 4,
  });
  for (let from = HEADER.length + 1; from < file.length; from += partBytes) {
    const part = { ...(parts as OrderFileParts), size: file.length, from, to: from + partBytes };
    const { rows } = await openOrderFilePart(inMemory(file), part, 'orders.csv');
    let count = 0;
    for await (const row of rows) count += Number('order' in row);
    expect(count).toBe(100);
  }
});

describe('orderFileParts does not split a file', () => {
  const rows = `${HEADER}\n,${written(seedOrder)}\n`;
  it.each([
    ['that is no longer than one part', 'orders.csv', rows, rows.length],
    [
      'that is no longer than one part without its header',
      'orders.csv',
      rows,
      rows.length - HEADER.length - 1,
    ],
    ['in JSON', 'orders.json', '[{}, {}]', 1],
    ['that is named as gzip', 'orders.csv.gz', rows, 1],
    ['that is gzip', 'orders.csv', '\x1f\x8b and more', 1],
    ['in UTF-16', 'orders.csv', '\xff\xfeo\0r\0', 1],
    ['in an unknown format', 'orders', 'neither', 1],
    ['whose header has missing columns', 'orders.csv', 'note\n1\n2\n', 1],
    ['whose header does not end within the first bytes', 'orders.csv', HEADER, 1],
  ])('%s', (_which, name, text, partBytes) => {
    const head = Buffer.from(text, 'latin1');
    expect(orderFileParts(name, head, head.length, partBytes)).toBeUndefined();
  });
});
