import pMap from 'p-map';
import type { ListedObject } from '../aws/object-store.ts';
import { ServiceError } from '../errors.ts';
import { type IngestServices, TimeUpError } from './ingest-rows.ts';
import {
  GROUP_PARTS,
  groupOf,
  type PartKeys,
  type PartMessage,
  type PartReceipt,
  partKeys,
} from './part-message.ts';
import { type Receipt, readJson, readJsonIfExists, resultKey } from './receipt.ts';
import { type RejectedRow, RejectedRows, readRejectedRows } from './rejected-rows.ts';

/** Receipts that are read concurrently. */
const READS = { concurrency: 16 };

const MERGE_RULE = "order file: rejected rows must be merged within the function's time limit, which ended";

/**
 * Writes the receipt and the rejected rows of an order file once all of its parts have a receipt, ingested or failed.
 *
 * Parts are merged in groups. The last part of a group to end merges the receipts of its group; the last group merges the
 * receipts of all groups. So each part lists one page and each receipt is read once, for any number of parts.
 *
 * Parts that end concurrently, or are read again, may merge more than once. After each write, the merged objects are listed
 * again, and merged again if any has changed. So the last write always contains the latest receipts.
 *
 * @param deadline Epoch milliseconds.
 * @returns The file's receipt; undefined if parts are missing, or if a later upload of the key has a receipt.
 * @throws ServiceError if the results bucket is unavailable.
 */
export async function mergeParts(
  message: PartMessage,
  services: IngestServices,
  deadline: number,
): Promise<Receipt | undefined> {
  const keys = partKeys(message.key, message.run);
  const group = groupOf(message.part);
  const groups = groupOf(message.parts) + 1;
  const partsOfGroup = group < groups - 1 ? GROUP_PARTS : message.parts - group * GROUP_PARTS;

  const merged = await mergeUntilUnchanged(services, keys.receiptsOf(group), partsOfGroup, async (listed) => {
    const receipts = await pMap(listed, ({ key }) => readJson<PartReceipt>(services, key), READS);
    await putJson(services, keys.group(group), mergeReceipts(receipts));
    return true;
  });
  if (!merged) return undefined;
  return mergeUntilUnchanged(services, keys.groups, groups, async (listed) => {
    const summaries = await pMap(
      listed,
      // Drops the list of rejected rows, which may have an entry per part.
      async ({ key }) => mergeGroups([await readJson<PartsSummary>(services, key)]),
      READS,
    );
    const receipt = toReceipt(message, mergeGroups(summaries));
    const receiptKey = resultKey(message.key, '.receipt.json');
    const before = await readJsonIfExists<Receipt>(services, receiptKey);
    // A receipt without entity tag is of a file that could not be opened, for example an earlier attempt to split this one.
    const isOfAnother = before?.etag !== undefined && before.etag !== message.etag;
    if (isOfAnother && before.started_at > message.started_at) return undefined;
    const rejected_key = await mergeRejectedRows(message, keys, listed, services, deadline);
    if (rejected_key !== undefined) receipt.rejected_key = rejected_key;
    await putJson(services, receiptKey, receipt);
    return receipt;
  });
}

/**
 * Merges the objects under a prefix once all of them exist, and again while they change in the meantime.
 *
 * @returns The merged value; undefined if objects are missing.
 */
async function mergeUntilUnchanged<Merged>(
  { objectStore, resultsBucket }: IngestServices,
  prefix: string,
  count: number,
  merge: (listed: ListedObject[]) => Promise<Merged>,
): Promise<Merged | undefined> {
  let listed = await objectStore.list(resultsBucket, prefix);
  for (;;) {
    if (listed.length < count) return undefined;
    const merged = await merge(listed);
    const now = await objectStore.list(resultsBucket, prefix);
    if (now.every(({ etag }, index) => etag === listed[index]?.etag)) return merged;
    listed = now;
  }
}

function toReceipt(message: PartMessage, summary: PartsSummary): Receipt {
  const { bucket, key, size, etag, format, parts, started_at } = message;
  const { rows, sent, rejected, error, failed_parts, finished_at } = summary;
  return {
    status: error ? 'failed' : 'ingested',
    bucket,
    key,
    size,
    etag,
    format,
    gzipped: false,
    rows,
    sent,
    rejected,
    parts,
    ...(error && { error, failed_parts }),
    started_at,
    finished_at,
  };
}

/**
 * Writes the rejected rows of all parts up to the first failed one, with their line numbers in the file.
 *
 * @returns The key of the rejected rows; undefined if there are none.
 */
async function mergeRejectedRows(
  { key, parts }: PartMessage,
  keys: PartKeys,
  groups: readonly ListedObject[],
  services: IngestServices,
  deadline: number,
): Promise<string | undefined> {
  const { objectStore, resultsBucket } = services;
  const rejectedKey = resultKey(key, '.rejected.ndjson');
  const merged = new RejectedRows(objectStore, resultsBucket, rejectedKey);
  let lines = 0;
  let any = false;

  async function* rejectedRowsOf(part: number): AsyncGenerator<RejectedRow> {
    try {
      yield* readRejectedRows(objectStore, resultsBucket, keys.rejected(part));
    } catch (error) {
      // The part is being read again and has removed its earlier rows. It merges again when it ends.
      if (!(error instanceof ServiceError && error.code === 'NoSuchKey')) throw error;
    }
  }

  try {
    for (const { key: groupKey } of groups) {
      const group = await readJson<PartsSummary>(services, groupKey);
      for (const { part, lines_before } of group.rejected_rows) {
        for await (const row of rejectedRowsOf(part)) {
          await merged.add({ ...row, line: row.line + lines + lines_before });
          any = true;
          if (Date.now() > deadline) throw new TimeUpError(`${MERGE_RULE} in part ${part} of ${parts}`);
        }
      }
      if (group.error) break;
      lines += group.lines;
    }
  } catch (error) {
    await merged.abandon();
    throw error;
  }
  await merged.close();
  return any ? rejectedKey : undefined;
}

function putJson({ objectStore, resultsBucket }: IngestServices, key: string, value: unknown): Promise<void> {
  return objectStore.put(resultsBucket, key, JSON.stringify(value, null, 2), 'application/json');
}

/** Longest list of failed parts in a receipt. */
const MAX_FAILED_PARTS = 100;

/** The totals of consecutive parts of an order file. */
export interface PartsSummary {
  lines: number;
  rows: number;
  sent: number;
  rejected: number;
  /** Error of the first failed part. */
  error?: { code: string; message: string };
  /** Numbers of the first 100 failed parts. */
  failed_parts: number[];
  finished_at: string;
  /** Parts with rejected rows at a known line, and the number of lines before each part. */
  rejected_rows: { part: number; lines_before: number }[];
}

/** Adds up the receipts of a group, given in the order of its parts. */
export function mergeReceipts(receipts: readonly PartReceipt[]): PartsSummary {
  const summary = emptySummary();
  for (const { lines, rows, sent, rejected, rejected_key, error, part, parts, ...receipt } of receipts) {
    // After a failed part, which was not read to its end, line numbers are unknown.
    if (rejected_key !== undefined && summary.failed_parts.length === 0) {
      summary.rejected_rows.push({ part, lines_before: summary.lines });
    }
    const partError = error && { ...error, message: `part ${part} of ${parts}: ${error.message}` };
    const finished_at = receipt.finished_at ?? '';
    add(summary, {
      lines,
      rows,
      sent,
      rejected,
      error: partError,
      failed_parts: partError ? [part] : [],
      finished_at,
    });
  }
  return summary;
}

/** Adds up the groups of a file, without their rejected rows. */
export function mergeGroups(groups: readonly PartsSummary[]): PartsSummary {
  const summary = emptySummary();
  for (const group of groups) add(summary, group);
  return summary;
}

function emptySummary(): PartsSummary {
  return { lines: 0, rows: 0, sent: 0, rejected: 0, failed_parts: [], finished_at: '', rejected_rows: [] };
}

function add(
  summary: PartsSummary,
  more: Omit<PartsSummary, 'rejected_rows' | 'error'> & { error?: PartsSummary['error'] | undefined },
): void {
  summary.lines += more.lines;
  summary.rows += more.rows;
  summary.sent += more.sent;
  summary.rejected += more.rejected;
  const error = summary.error ?? more.error;
  if (error) summary.error = error;
  summary.failed_parts = [...summary.failed_parts, ...more.failed_parts].slice(0, MAX_FAILED_PARTS);
  if (more.finished_at > summary.finished_at) summary.finished_at = more.finished_at;
}
