import { once } from 'node:events';
import { access, open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { InvalidInputError } from '../../../lib/errors.ts';
import type { RejectedRow } from '../../../lib/ingest/rejected-rows.ts';
import type { OrderFileFormat } from '../../../lib/order-file/order-file.ts';
import { printable } from '../../../lib/text.ts';
import { openLocalFile } from '../local-file.ts';

/** Error codes of rows whose text is cut or not UTF-8, so that the original row cannot be recovered from it. */
const DAMAGED = new Set(['row_too_long', 'not_utf8']);

/** A file of rejected rows, to correct and upload again. */
export interface RejectedRowsFile {
  path: string;
  add(row: RejectedRow): Promise<void>;
  /** @returns The line numbers, in the order file, of rows whose original text was lost. */
  close(): Promise<number[]>;
}

/** Returns the path of the rejected rows of an order file, in the same folder. */
const rejectedRowsPath = (file: string, format: OrderFileFormat): string =>
  `${file}.rejected.${format === 'csv' ? 'csv' : 'ndjson'}`;

/**
 * Checks that an order file has no file of rejected rows yet. Must be called before anything is uploaded.
 *
 * @throws InvalidInputError if it has one.
 */
export async function refuseExisting(file: string): Promise<void> {
  for (const format of ['csv', 'ndjson'] as const) {
    const path = rejectedRowsPath(file, format);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) throw new InvalidInputError(`--fix: ${printable(path)} exists, pass --force to overwrite it`);
  }
}

/**
 * Creates the file of rejected rows: CSV with a header for a CSV order file, NDJSON for other formats.
 *
 * @param file Path of the order file.
 * @param force Whether to overwrite an existing file.
 */
export async function createRejectedRowsFile(
  file: string,
  format: OrderFileFormat,
  force: boolean,
): Promise<RejectedRowsFile> {
  const header = format === 'csv' ? await readHeader(file) : undefined;
  const path = rejectedRowsPath(file, format);
  const writer = (await open(path, force ? 'w' : 'wx')).createWriteStream();
  const damagedLines: number[] = [];
  const write = async (line: string) => {
    if (!writer.write(`${line}\n`)) await once(writer, 'drain');
  };
  if (header !== undefined) await write(header);
  return {
    path,
    async add({ line, errors, raw }) {
      if (errors.some(({ code }) => DAMAGED.has(code))) damagedLines.push(line);
      // Joins a JSON value that spans lines into one line of NDJSON. JSON strings contain no line breaks.
      await write(format === 'csv' ? raw : raw.replaceAll(/\s*[\r\n]+\s*/g, ' '));
    },
    async close() {
      writer.end();
      await finished(writer);
      return damagedLines;
    },
  };
}

async function readHeader(file: string): Promise<string | undefined> {
  const { rows, header } = await openLocalFile(file);
  await rows.next();
  await rows.return(undefined);
  return header();
}
