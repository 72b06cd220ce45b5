import { once } from 'node:events';
import { access, open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { InvalidInputError } from '../../../lib/errors.ts';
import type { RejectedRow } from '../../../lib/ingest/rejected-rows.ts';
import type { OrderFileFormat } from '../../../lib/order-file/order-file.ts';
import { printable } from '../../../lib/text.ts';
import { openLocalFile } from '../local-file.ts';

/** Codes of rows whose text is not whole, or not as it was: they cannot be mended from what is in the file. */
const NOT_AS_THEY_WERE = new Set(['row_too_long', 'not_utf8']);

/** A file of rejected rows, to be mended and sent again. */
export interface MendingFile {
  path: string;
  add(row: RejectedRow): Promise<void>;
  /** @returns lines of the order file whose rows are not here as they are there */
  close(): Promise<number[]>;
}

/** Where the rejected rows of an order file go, beside it. */
const mendingPath = (file: string, format: OrderFileFormat): string =>
  `${file}.rejected.${format === 'csv' ? 'csv' : 'ndjson'}`;

/**
 * Refuses to go on where such a file is there already. To be called before anything is uploaded.
 *
 * @throws InvalidInputError
 */
export async function refuseExisting(file: string): Promise<void> {
  for (const format of ['csv', 'ndjson'] as const) {
    const path = mendingPath(file, format);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new InvalidInputError(`--fix: must not overwrite ${printable(path)}, which exists; --force does`);
  }
}

/**
 * Begins the file: of a CSV file with its header, of any other as NDJSON.
 *
 * @param file the order file, which is still there
 * @param force write over one that exists
 */
export async function createMendingFile(
  file: string,
  format: OrderFileFormat,
  force: boolean,
): Promise<MendingFile> {
  const header = format === 'csv' ? await readHeader(file) : undefined;
  const path = mendingPath(file, format);
  const writer = (await open(path, force ? 'w' : 'wx')).createWriteStream();
  const notAsTheyWere: number[] = [];
  const write = async (line: string) => {
    if (!writer.write(`${line}\n`)) await once(writer, 'drain');
  };
  if (header !== undefined) await write(header);
  return {
    path,
    async add({ line, errors, raw }) {
      if (errors.some(({ code }) => NOT_AS_THEY_WERE.has(code))) notAsTheyWere.push(line);
      // A JSON value over several lines is one of NDJSON in one line: within its texts there are no line breaks.
      await write(format === 'csv' ? raw : raw.replaceAll(/\s*[\r\n]+\s*/g, ' '));
    },
    async close() {
      writer.end();
      await finished(writer);
      return notAsTheyWere;
    },
  };
}

async function readHeader(file: string): Promise<string | undefined> {
  const { rows, header } = await openLocalFile(file);
  await rows.next();
  await rows.return(undefined);
  return header();
}
