import * as z from 'zod';
import { createObjectStore } from '../aws/object-store.ts';
import { readReceipt } from '../ingest/read-receipt.ts';
import { readUploadEvent } from '../ingest/upload-event.ts';
import type { OrderIssue } from '../order/order.ts';
import { printable } from '../order/received.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/** Why order files fail, by the code in their receipt, without what the receipt says of the one file. */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  NoSuchKey: 'the file is not in the bucket any more',
  bad_gzip: 'the file is not whole gzip data',
  bad_header: "the file's CSV header cannot be read",
  bad_json: 'the file is neither a JSON array of orders nor orders one after another',
  duplicate_columns: "the file's CSV header has a column twice",
  missing_columns: "the file's CSV header lacks columns",
  no_receipt: 'ingest has written no receipt of the file',
  not_utf8: 'the file is not UTF-8',
  time_up: 'the file takes longer than one invocation may',
  unknown_format: "the file's format cannot be told from its name, nor from how it begins",
};

/** The part of `lib/ingest/receipt.ts` that tells why a file failed. */
const receipt = z.object({ error: z.object({ code: z.string(), message: z.string() }).optional() });

/**
 * Why the files that an upload message names were not ingested, by their receipts: nothing for those that have been since.
 *
 * @param body an S3 event
 * @throws ServiceError where the results bucket is out of reach
 */
export async function judgeUpload({ clients, resultsBucket }: Pipeline, body: string): Promise<OrderIssue[]> {
  const objectStore = createObjectStore(clients.s3);
  const issues: OrderIssue[] = [];
  for (const { key } of readUploadEvent(body)) {
    const text = await readReceipt({ objectStore, resultsBucket, key });
    if (text === undefined) {
      const message = printable(`${key}: has no receipt: ingest did not get as far as writing one`);
      issues.push({ path: '', code: 'no_receipt', message });
      continue;
    }
    const { error } = receipt.parse(JSON.parse(text));
    if (error) issues.push({ path: '', code: error.code, message: printable(error.message) });
  }
  return issues;
}

/** The same in words that are true of all files that fail so. */
export const fileFault = ({ code }: OrderIssue): string =>
  FILE_FAULTS[code] ?? `ingest failed with ${printable(code)}`;
