import { gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderFileRow } from '../../lib/order-file/order-file.ts';
import { propertyRuns } from '../property-runs.ts';
import { arbitraryOrderFile, type WrittenFile } from './arbitrary-order-file.ts';
import { readOrderFile } from './read-order-file.ts';
import { type ReferenceRow, referenceRead } from './reference-reader.ts';

/** Lengths of the chunks of a stream, repeated from the first; without lengths, one chunk. */
const chunking: Arbitrary<number[]> = fc.oneof(
  fc.constant<number[]>([]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
  fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }).map((lengths) => [...lengths, 1]),
);

async function* inPieces(first: Buffer, rest: Buffer, lengths: number[]): AsyncGenerator<Uint8Array> {
  if (lengths.length === 0) return yield Buffer.concat([first, rest]);
  yield first;
  for (let at = 0, turn = 0; at < rest.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield rest.subarray(at, at + length);
    at += length;
  }
}

function inReferenceForm(row: OrderFileRow): ReferenceRow {
  if ('order' in row) return row;
  const errors = row.errors.map(({ path, code }) => `${path} ${code}`.trim());
  return { line: row.line, raw: row.raw, errors };
}

/** Reads a file and converts rows and error to the form of the reference reader. */
async function read(name: string, source: AsyncIterable<Uint8Array>) {
  const { rows, error } = await readOrderFile(name, source);
  if (error === undefined) return { rows: rows.map(inReferenceForm) };
  const { code, message } = error as Error & { code: string };
  const line = Number(message.slice(name.length).match(/^:(\d+):/)?.[1]);
  return { rows: rows.map(inReferenceForm), fault: { code, line } };
}

function bytesOf({ bom, blanks, body }: WrittenFile): [head: Buffer, body: Buffer] {
  return [Buffer.from(bom + ' '.repeat(blanks), 'latin1'), Buffer.from(body, 'latin1')];
}

const expected = (file: WrittenFile) => referenceRead(Buffer.concat(bytesOf(file)), file.format);

it('openOrderFile yields the same rows and error for chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryOrderFile, chunking, async (file, lengths) => {
      const [head, body] = bytesOf(file);
      expect(await read(`orders.${file.format}`, inPieces(head, body, lengths))).toEqual(expected(file));
    }),
    propertyRuns(200),
  );
});

it('openOrderFile yields the same rows and error for a gzip file of one or two members', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryOrderFile, chunking, fc.nat(), async (file, lengths, cut) => {
      const [head, body] = bytesOf(file);
      const at = cut % (body.length + 1);
      const members = [Buffer.concat([head, body.subarray(0, at)]), body.subarray(at)];
      const packed = Buffer.concat(members.map((member) => gzipSync(member, { level: 1 })));
      const source = inPieces(packed.subarray(0, at), packed.subarray(at), lengths);
      expect(await read(`orders.${file.format}.gz`, source)).toEqual(expected(file));
    }),
    propertyRuns(60),
  );
});
