import type { Command } from 'commander';
import pMap from 'p-map';
import { createObjectStore } from '../../../lib/aws/object-store.ts';
import type { Receipt } from '../../../lib/ingest/receipt.ts';
import { readRejectedRows } from '../../../lib/ingest/rejected-rows.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { SHOWN_BAD_ROWS } from '../bad-rows.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { createProgressBar } from '../progress.ts';
import { awaitReceipt } from '../upload/await-receipt.ts';
import { type FileToUpload, listFiles, type PutFile, putFiles } from '../upload/put-files.ts';
import { createRejectedRowsFile, refuseExisting } from '../upload/rejected-rows-file.ts';
import { isSuccess, outcomesText, type UploadOutcome } from '../upload/upload-outcome.ts';

/** Maximum number of receipts awaited concurrently. */
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
  return create('upload', 'Upload order files and show how they were ingested')
    .argument('<files...>', 'NDJSON, JSON or CSV files, plain or gzipped')
    .option('--key-prefix <text>', 'prefix of the object keys, such as shop-7/')
    .option('--no-wait', 'do not wait for the receipts of ingestion')
    .option('--timeout <seconds>', 'how long to wait for receipts, from 1 to 3,600', '300')
    .option('--fix', 'write rejected rows to FILE.rejected.csv or .ndjson, to correct and upload again')
    .option('--force', 'with --fix: overwrite an existing file of that name')
    .addHelpText('after', '\nAn order that is uploaded twice is confirmed once.\n')
    .action(createAction(onExit, upload));
}

async function upload(context: Context, paths: string[], options: Options): Promise<CommandResult> {
  const timeoutMs = wholeNumber('--timeout', options.timeout, 1, 3_600) * 1_000;
  if (options.fix && !options.wait) throw new UsageError('--fix: cannot be used with --no-wait');
  if (options.force && !options.fix) throw new UsageError('--force: requires --fix');
  const files = await listFiles(paths, options.keyPrefix ?? '');
  if (options.fix && !options.force) for (const { path } of files) await refuseExisting(path);
  const signal = context.signal();
  const { clients, uploadBucket, resultsBucket } = await context.open();
  const objectStore = createObjectStore(clients.s3);
  const put = await putFiles(files, { objectStore, uploadBucket, resultsBucket }, signal);

  const waiting = createProgressBar('waiting for receipts');
  const stopWaiting = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let settled = 0;

  async function settle(each: PutFile): Promise<UploadOutcome> {
    const { file } = each;
    if ('error' in each) return outcomeOf(file, 'not_uploaded', { error: each.error.message });
    if (!options.wait) return outcomeOf(file, 'uploaded');
    waiting.update(settled, files.length);
    const place = { objectStore, resultsBucket, key: file.key };
    const receipt = await awaitReceipt(place, each.receiptBefore, each.etag, stopWaiting);
    waiting.update(++settled, files.length);
    return receipt ? describe(file, receipt) : outcomeOf(file, 'no_receipt');
  }

  async function describe(file: FileToUpload, receipt: Receipt): Promise<UploadOutcome> {
    const { status, rows, sent, rejected, error, format } = receipt;
    const outcome = outcomeOf(file, status, { rows, sent, rejected, ...(error && { error: error.message }) });
    if (receipt.rejected_key === undefined) return outcome;
    const fix =
      options.fix && format
        ? await createRejectedRowsFile(file.path, format, options.force === true)
        : undefined;
    const rejected_rows: NonNullable<UploadOutcome['rejected_rows']> = [];
    for await (const row of readRejectedRows(objectStore, resultsBucket, receipt.rejected_key)) {
      const { line, errors } = row;
      if (rejected_rows.length < SHOWN_BAD_ROWS) rejected_rows.push({ line, errors });
      else if (!fix) break;
      await fix?.add(row);
    }
    if (!fix) return { ...outcome, rejected_rows };
    return {
      ...outcome,
      rejected_rows,
      fix: { path: fix.path, damaged_lines: await fix.close() },
    };
  }

  const outcomes = await pMap(put, settle, { concurrency: CONCURRENCY }).finally(waiting.done);
  return {
    data: outcomes,
    text: outcomesText(outcomes, context.style),
    exit: signal.aborted ? EXIT.interrupted : outcomes.every(isSuccess) ? EXIT.ok : EXIT.failed,
  };
}

function outcomeOf(
  { path, key }: FileToUpload,
  status: UploadOutcome['status'],
  rest: Partial<UploadOutcome> = {},
): UploadOutcome {
  return { file: path, key, status, rows: null, sent: null, rejected: null, ...rest };
}
