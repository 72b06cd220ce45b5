import type { Command } from 'commander';
import pMap from 'p-map';
import { createObjectStore } from '../../../lib/aws/object-store.ts';
import type { Receipt } from '../../../lib/ingest/receipt.ts';
import { readRejectedRows } from '../../../lib/ingest/rejected-rows.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { SHOWN_BAD_ROWS } from '../bad-rows.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { createProgressBar } from '../progress.ts';
import { awaitReceipt } from '../upload/await-receipt.ts';
import { createMendingFile, refuseExisting } from '../upload/mending-file.ts';
import { type FileToUpload, listFiles, type PutFile, putFiles } from '../upload/put-files.ts';
import { isWell, outcomesText, type UploadOutcome } from '../upload/upload-outcome.ts';

/** Receipts that are waited for side by side. */
const CONCURRENCY = 16;

interface Options {
  keyPrefix?: string;
  /** False for `--no-wait`. */
  wait: boolean;
  timeout: string;
  fix?: true;
  force?: true;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('upload', 'Puts order files into the upload bucket and waits for what becomes of them.')
    .argument('<files...>', 'NDJSON, JSON or CSV, plain or gzipped')
    .option('--key-prefix <text>', "goes before the file's name in the object's key, such as shop-7/")
    .option('--no-wait', 'do not wait for the receipts')
    .option('--timeout <seconds>', 'how long to wait for them, from 1 to 3,600', '300')
    .option('--fix', 'write the rejected rows to FILE.rejected.csv or .ndjson, to be mended and uploaded')
    .option('--force', 'with --fix: write over a file of that name')
    .addHelpText('after', '\nA row that is sent twice is one order, and confirmed once.\n')
    .action(answering(onExit, upload));
}

async function upload(context: Context, paths: string[], options: Options): Promise<Answer> {
  const timeoutMs = wholeNumber('--timeout', options.timeout, 1, 3_600) * 1_000;
  if (options.fix && !options.wait) throw new UsageError('--fix: must not come with --no-wait');
  if (options.force && !options.fix) throw new UsageError('--force: must come with --fix');
  const files = await listFiles(paths, options.keyPrefix ?? '');
  if (options.fix && !options.force) for (const { path } of files) await refuseExisting(path);
  const signal = context.signal();
  const { clients, uploadBucket, resultsBucket } = await context.open();
  const objectStore = createObjectStore(clients.s3);
  const put = await putFiles(files, { objectStore, uploadBucket, resultsBucket }, signal);

  const waiting = createProgressBar('waiting for receipts');
  const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let settled = 0;

  async function settle(each: PutFile): Promise<UploadOutcome> {
    const { file } = each;
    if ('error' in each) return outcomeOf(file, 'not_uploaded', { error: each.error.message });
    if (!options.wait) return outcomeOf(file, 'uploaded');
    waiting.update(settled, files.length);
    const place = { objectStore, resultsBucket, key: file.key };
    const receipt = await awaitReceipt(place, each.receiptBefore, each.etag, over);
    waiting.update(++settled, files.length);
    return receipt ? describe(file, receipt) : outcomeOf(file, 'no_receipt');
  }

  async function describe(file: FileToUpload, receipt: Receipt): Promise<UploadOutcome> {
    const { status, rows, sent, rejected, error, format } = receipt;
    const outcome = outcomeOf(file, status, { rows, sent, rejected, ...(error && { error: error.message }) });
    if (receipt.rejected_key === undefined) return outcome;
    const mending =
      options.fix && format ? await createMendingFile(file.path, format, options.force === true) : undefined;
    const rejected_rows: NonNullable<UploadOutcome['rejected_rows']> = [];
    for await (const row of readRejectedRows(objectStore, resultsBucket, receipt.rejected_key)) {
      const { line, errors } = row;
      if (rejected_rows.length < SHOWN_BAD_ROWS) rejected_rows.push({ line, errors });
      else if (!mending) break;
      await mending?.add(row);
    }
    if (!mending) return { ...outcome, rejected_rows };
    return {
      ...outcome,
      rejected_rows,
      fix: { path: mending.path, not_as_they_were: await mending.close() },
    };
  }

  const outcomes = await pMap(put, settle, { concurrency: CONCURRENCY }).finally(waiting.done);
  return {
    data: outcomes,
    text: outcomesText(outcomes, context.style),
    exit: signal.aborted ? EXIT.interrupted : outcomes.every(isWell) ? EXIT.ok : EXIT.failed,
  };
}

function outcomeOf(
  { path, key }: FileToUpload,
  status: UploadOutcome['status'],
  rest: Partial<UploadOutcome> = {},
): UploadOutcome {
  return { file: path, key, status, rows: null, sent: null, rejected: null, ...rest };
}
