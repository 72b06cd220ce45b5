import * as z from 'zod';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { readUploadMessage, type UploadMessage } from '../../lib/ingest/part-message.ts';
import type { OrderIssue } from '../../lib/order/order.ts';
import { printable } from '../../lib/text.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { readReceipt } from '../read-receipt.ts';

/** Descriptions of the error codes of receipts; unlike the receipts' own messages, they are the same for all files. */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist',
  NoSuchKey: 'the file is not in the bucket any more',
  bad_gzip: 'the file is not valid gzip data',
  bad_header: "the file's CSV header cannot be read",
  bad_json: 'the file is neither a JSON array of orders nor orders one after another',
  duplicate_columns: "the file's CSV header repeats a column",
  file_changed: 'the file was overwritten before all of its parts were read',
  missing_columns: "the file's CSV header lacks columns",
  no_receipt: 'ingest wrote no receipt for the file',
  not_utf8: 'the file is not UTF-8',
  time_up: 'reading the file takes longer than one invocation may last',
  unknown_format: "the file's format is not recognizable from its name or its beginning",
};

/** The part of a receipt (`lib/ingest/receipt.ts`) that says why the file failed. */
const receipt = z.object({ error: z.object({ code: z.string(), message: z.string() }).optional() });

/**
 * Reads the receipts of an upload message to find out why its files, or its part of a file, were not ingested.
 *
 * @param body A body that `validateBody` accepts.
 * @returns One error for each file that failed or has no receipt; none for files that were ingested since.
 * @throws ServiceError if the results bucket is unreachable
 */
export async function diagnoseUpload(
  { clients, resultsBucket }: Pipeline,
  body: string,
): Promise<OrderIssue[]> {
  const objectStore = createObjectStore(clients.s3);
  const message = readUploadMessage(body);
  const issues: OrderIssue[] = [];
  for (const { name, prefix, ...place } of placesOf(message)) {
    const text = await readReceipt({ objectStore, resultsBucket, ...place });
    if (text === undefined) {
      const message = printable(`${name}: has no receipt, ingest failed before it could write one`);
      issues.push({ path: '', code: 'no_receipt', message });
      continue;
    }
    const { error } = receipt.parse(JSON.parse(text));
    if (error) issues.push({ path: '', code: error.code, message: printable(`${prefix}${error.message}`) });
  }
  return issues;
}

/** Lists the receipts that belong to a message, each with its file's name and a prefix for its error message. */
function placesOf(message: UploadMessage) {
  if ('objects' in message) return message.objects.map(({ key }) => ({ key, name: key, prefix: '' }));
  const { key, run, part, parts } = message.part;
  const name = `${key}, part ${part} of ${parts}`;
  return [{ key, part: { run, part }, name, prefix: `${name}: ` }];
}

/** Describes an error of a file in words that apply to all files with this error. */
export const fileFault = ({ code }: OrderIssue): string =>
  FILE_FAULTS[code] ?? `ingest failed with ${printable(code)}`;
