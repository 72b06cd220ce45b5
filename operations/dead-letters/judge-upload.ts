import * as z from 'zod';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { readUploadMessage, type UploadMessage } from '../../lib/ingest/part-message.ts';
import type { OrderIssue } from '../../lib/order/order.ts';
import { printable } from '../../lib/text.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { readReceipt } from '../read-receipt.ts';

/** Why order files fail, by the code in their receipt, without what the receipt says of the one file. */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  NoSuchKey: 'the file is not in the bucket any more',
  bad_gzip: 'the file is not whole gzip data',
  bad_header: "the file's CSV header cannot be read",
  bad_json: 'the file is neither a JSON array of orders nor orders one after another',
  duplicate_columns: "the file's CSV header has a column twice",
  file_changed: 'the file was overwritten before all of its parts were read',
  missing_columns: "the file's CSV header lacks columns",
  no_receipt: 'ingest has written no receipt of the file',
  not_utf8: 'the file is not UTF-8',
  time_up: 'the file takes longer than one invocation may',
  unknown_format: "the file's format cannot be told from its name, nor from how it begins",
};

/** The part of `lib/ingest/receipt.ts` that tells why a file failed. */
const receipt = z.object({ error: z.object({ code: z.string(), message: z.string() }).optional() });

/**
 * Why what an upload message names was not ingested, by the receipts of its files, or of the part of a file: nothing for those
 * that have been since.
 *
 * @param body for which `judgeBody` finds nothing wrong
 * @throws ServiceError where the results bucket is out of reach
 */
export async function judgeUpload({ clients, resultsBucket }: Pipeline, body: string): Promise<OrderIssue[]> {
  const objectStore = createObjectStore(clients.s3);
  const message = readUploadMessage(body);
  const issues: OrderIssue[] = [];
  for (const { name, prefix, ...place } of placesOf(message)) {
    const text = await readReceipt({ objectStore, resultsBucket, ...place });
    if (text === undefined) {
      const told = printable(`${name}: has no receipt: ingest did not get as far as writing one`);
      issues.push({ path: '', code: 'no_receipt', message: told });
      continue;
    }
    const { error } = receipt.parse(JSON.parse(text));
    if (error) issues.push({ path: '', code: error.code, message: printable(`${prefix}${error.message}`) });
  }
  return issues;
}

/** Whose receipts tell of a message, what they are called, and what has to be said before what they say. */
function placesOf(message: UploadMessage) {
  if ('objects' in message) return message.objects.map(({ key }) => ({ key, name: key, prefix: '' }));
  const { key, run, part, parts } = message.part;
  const name = `${key}, part ${part} of ${parts}`;
  return [{ key, part: { run, part }, name, prefix: `${name}: ` }];
}

/** The same in words that are true of all files that fail so. */
export const fileFault = ({ code }: OrderIssue): string =>
  FILE_FAULTS[code] ?? `ingest failed with ${printable(code)}`;
