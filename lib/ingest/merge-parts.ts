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
import { type Receipt, readJson, readJsonIfThere, resultKey } from './receipt.ts';
import { type RejectedRow, RejectedRows, readRejectedRows } from './rejected-rows.ts';

/** Receipts that are read side by side. */
const SIDE_BY_SIDE = { concurrency: 16 };

const MERGE_RULE = "rejected rows must be put together within the function's time limit, which ended";

/**
 * Writes the receipt and the rejected rows of an order file once all of its parts have a receipt, whatever came of them.
 *
 * Parts are in groups: the last part of a group to end merges its receipts into one, the last group to be merged those of all
 * groups. So each part lists one page, and each receipt is read once, however many parts there are, unless parts end at the same
 * time or are read again. Then they merge more than once, with the same result: what is merged is listed again after it was
 * written, and merged again if it has changed. Whoever writes last has therefore read the last of what there was.
 *
 * @param deadline epoch ms
 * @returns the file's receipt; undefined where parts are missing yet, or where a later upload of the key has a receipt
 * @throws ServiceError where the results bucket is out of reach
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

  const merged = await settled(services, keys.receiptsOf(group), partsOfGroup, async (listed) => {
    const receipts = await pMap(listed, ({ key }) => readJson<PartReceipt>(services, key), SIDE_BY_SIDE);
    await putJson(services, keys.group(group), mergeReceipts(receipts));
    return true;
  });
  if (!merged) return undefined;
  return settled(services, keys.groups, groups, async (listed) => {
    const summaries = await pMap(
      listed,
      // Without its rejected rows, of which there may be as many as parts.
      async ({ key }) => mergeGroups([await readJson<PartsSummary>(services, key)]),
      SIDE_BY_SIDE,
    );
    const receipt = toReceipt(message, mergeGroups(summaries));
    const receiptKey = resultKey(message.key, '.receipt.json');
    const before = await readJsonIfThere<Receipt>(services, receiptKey);
    // One without a tag is of a file that could not be opened, such as this one at an earlier attempt to split it.
    const isOfAnother = before?.etag !== undefined && before.etag !== message.etag;
    if (isOfAnother && before.started_at > message.started_at) return undefined;
    const rejected_key = await mergeRejectedRows(message, keys, listed, services, deadline);
    if (rejected_key !== undefined) receipt.rejected_key = rejected_key;
    await putJson(services, receiptKey, receipt);
    return receipt;
  });
}

/**
 * Merges what is listed under a prefix once all of it is there, and again as long as it changes meanwhile.
 *
 * @returns undefined where some of it is missing
 */
async function settled<Merged>(
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
 * Writes the rejected rows of all parts up to the first failed one, with the lines that they have in the file.
 *
 * @returns where they are; undefined where there are none
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
      // The part is being read again, and has removed those of the time before: it merges anew at its end.
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

/** Parts whose failure is told one by one. */
const MAX_FAILED_PARTS = 100;

/** What some parts of an order file, one after another, come to. */
export interface PartsSummary {
  lines: number;
  rows: number;
  sent: number;
  rejected: number;
  /** Of the first part that failed. */
  error?: { code: string; message: string };
  /** Those that failed, from 1, the first 100 of them. */
  failed_parts: number[];
  finished_at: string;
  /** Parts with rejected rows whose lines are known, and how many lines these parts have before them. */
  rejected_rows: { part: number; lines_before: number }[];
}

/** Adds up a group of parts: its receipts in the order of the file. */
export function mergeReceipts(receipts: readonly PartReceipt[]): PartsSummary {
  const summary = emptySummary();
  for (const { lines, rows, sent, rejected, rejected_key, error, part, parts, ...receipt } of receipts) {
    // After a part that was not read to its end nobody knows the line.
    if (rejected_key !== undefined && summary.failed_parts.length === 0) {
      summary.rejected_rows.push({ part, lines_before: summary.lines });
    }
    const told = error && { ...error, message: `part ${part} of ${parts}: ${error.message}` };
    const finished_at = receipt.finished_at ?? '';
    add(summary, { lines, rows, sent, rejected, error: told, failed_parts: told ? [part] : [], finished_at });
  }
  return summary;
}

/** Adds up all groups of a file, but for their rejected rows. */
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
