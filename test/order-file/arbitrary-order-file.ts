import fc, { type Arbitrary } from 'fast-check';
import { seedOrder } from '../order/seed-order.ts';

/** An order file. Texts have one character per byte, so that a failed test prints them readably. */
export interface WrittenFile {
  format: 'ndjson' | 'json' | 'csv';
  bom: '' | typeof BOM;
  /** Number of spaces before the body. The first 64 KiB are read as one chunk, so only a body after them is split. */
  blanks: number;
  body: string;
}

const BOM = '\xef\xbb\xbf';

const FIRST_READ = 64 * 1024;

const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const name = fc.constantFrom('Ann', 'Zoë', '李小龙 🐉', ' O\u0301, "Bo" ', 'a\\"b]},{[', 'x'.repeat(256));
const order = name.map((customer_name) => ({ ...seedOrder, customer_name }));

/** Fragments of rows, also for wrong places. */
const fragment: Arbitrary<Buffer> = fc.oneof(
  fc
    .constantFrom(...'",[]{}\\ \t\r\n:0', '\r\n', '""', 'é', '🐉', '\ufeff', '\u00a0')
    .map((text) => Buffer.from(text)),
  // Bytes that are not UTF-8: Latin-1, the first and the last bytes of a character.
  fc.constantFrom([0xe9], [0xf0, 0x9f], [0x80]).map((bytes) => Buffer.from(bytes)),
);

const longText = fc
  .constantFrom(256 * 1024 - 300, 256 * 1024 + 1)
  .map((length) => `"${'é'.repeat(length / 2)}"`);

const rarely = <Value>(usual: Arbitrary<Value>, rare: Arbitrary<Value>): Arbitrary<Value> =>
  fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: rare });

const badJson = fc.constantFrom(
  '{"price":-1}',
  'null',
  '7',
  '"a\\"b]\\t"',
  '[1,{"a":[]}]',
  '{oops "]}"}',
  'not json',
  '{"customer_name":',
);

const jsonRow = rarely(
  fc.oneof(
    { weight: 3, arbitrary: order.map((fields) => JSON.stringify(fields)) },
    { weight: 2, arbitrary: badJson },
  ),
  longText,
);

const ndjson = fc.array(fc.tuple(fc.oneof(jsonRow, fc.constantFrom('', ' ')), lineEnd), { maxLength: 8 });

const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r', '\r\n'), maxLength: 3 });

const prettyOrder = fc
  .tuple(order, lineEnd)
  .map(([fields, end]) => JSON.stringify(fields, null, 2).replaceAll('\n', end));

const jsonValues = fc.array(fc.tuple(fc.oneof(jsonRow, prettyOrder), blank, blank), { maxLength: 6 });

const json = fc.oneof(
  jsonValues.map((rows) => `[${rows.map((row) => row[1] + row[0] + row[2]).join(',')}]`),
  fc.array(fc.tuple(prettyOrder, blank), { maxLength: 4 }).map((rows) => rows.flat().join('')),
  fc
    .tuple(jsonValues, prettyOrder)
    .map(([rows, last]) => `${rows.map(([row]) => `[${row}]`).join('')}${last}[]`),
);

const COLUMNS = Object.keys(seedOrder);
const note = fc.constantFrom('', 'a "note"', 'two\nlines', 'CR\rand\r\nCR LF', ',', '"');

const csvCell = (text: string): Arbitrary<string> => {
  const quoted = `"${text.replaceAll('"', '""')}"`;
  const plain = /[",\r\n]/.test(text) ? quoted : text;
  return fc.constantFrom(plain, quoted, ` ${quoted}\t`);
};

const csvRecord = (cells: string[]): Arbitrary<string> =>
  fc.tuple(...cells.map(csvCell)).map((written) => written.join(','));

const csv = fc
  .shuffledSubarray([...COLUMNS, 'note'], { minLength: COLUMNS.length })
  .filter((columns) => COLUMNS.every((column) => columns.includes(column)))
  .chain((columns) => {
    const goodRow = fc.tuple(order, note).chain(([fields, text]) => {
      const values: Record<string, unknown> = { ...fields, note: text };
      return csvRecord(columns.map((column) => String(values[column])));
    });
    const badRow = fc.constantFrom('a,b', 'x"y', '"never closed', ',,,,,', ',,,,,,', ' ', '', '"a\n",b');
    const row = rarely(
      fc.oneof({ weight: 3, arbitrary: goodRow }, { weight: 1, arbitrary: badRow }),
      longText,
    );
    return fc.tuple(csvRecord(columns), lineEnd, fc.array(fc.tuple(row, lineEnd), { maxLength: 8 }));
  })
  .map(([header, end, rows]) => [header, end, ...rows.flat()].join(''));

/** A text in which up to three fragments are inserted, or replace a few bytes. */
function damaged(text: string): Arbitrary<Buffer> {
  const bytes = Buffer.from(text);
  const splice = fc.record({ at: fc.nat(bytes.length), take: fc.nat(3), put: fragment });
  return fc
    .oneof(fc.constant([]), fc.array(splice, { maxLength: 3 }))
    .map((splices) =>
      splices.reduce(
        (all, { at, take, put }) => Buffer.concat([all.subarray(0, at), put, all.subarray(at + take)]),
        bytes,
      ),
    );
}

const withoutLastEnd = (text: string): Arbitrary<string> =>
  fc.constantFrom(text, text.replace(/(?:\r\n|\r|\n)$/, ''));

export const arbitraryOrderFile: Arbitrary<WrittenFile> = fc
  .oneof(
    fc.record({ format: fc.constant('ndjson' as const), text: ndjson.map((rows) => rows.flat().join('')) }),
    fc.record({ format: fc.constant('json' as const), text: json }),
    fc.record({ format: fc.constant('csv' as const), text: csv }),
  )
  .chain(({ format, text }) =>
    fc.record({
      format: fc.constant(format),
      bom: fc.constantFrom('' as const, BOM),
      blanks: fc.oneof(fc.constant(0), fc.integer({ min: FIRST_READ - 600, max: FIRST_READ + 3 })),
      body: fc
        .tuple(fc.constantFrom('', '\n', '\r', '\r\n'), withoutLastEnd(text).chain(damaged))
        .map(([before, bytes]) => before + bytes.toString('latin1')),
    }),
  );
