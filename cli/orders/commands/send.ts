import type { Command } from 'commander';
import { createObjectStore } from '../../../lib/aws/object-store.ts';
import { createQueue } from '../../../lib/aws/queue.ts';
import { produceOrders } from '../../../lib/produce/produce-orders.ts';
import { PRODUCER_LIMITS } from '../../../lib/produce/producer-input.ts';
import { printable } from '../../../lib/text.ts';
import { findQueue, type Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { badRowsText } from '../bad-rows.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { counted, whole } from '../format.ts';
import { type LocalFile, withLocalFile } from '../local-file.ts';
import { createProgressBar } from '../progress.ts';
import { checkOrderFile, type FileCheck, type FileSending, sendOrderFile } from '../send-order-file.ts';

interface Options {
  count?: string;
  rate?: string;
  seed?: string;
  skipBad?: true;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('send', 'Send generated orders or an order file to the order queue')
    .argument('[file]', 'NDJSON, JSON or CSV file, plain or gzipped; - for stdin')
    .option('--count <n>', 'number of orders to generate, from 1 to 1,000,000')
    .option('--rate <n>', 'with --count: orders per second (default: no limit)')
    .option(
      '--seed <n>',
      'with --count: seed of the generated orders; the same seed generates the same orders',
    )
    .option('--skip-bad', 'with a file: skip bad rows (default: send nothing if there is a bad row)')
    .addHelpText('after', '\nAn order that is sent twice is confirmed once.\n')
    .action(createAction(onExit, send));
}

async function send(context: Context, file: string | undefined, options: Options): Promise<CommandResult> {
  if (file === undefined) return sendGenerated(context, options);
  for (const name of ['count', 'rate', 'seed'] as const)
    if (options[name] !== undefined) throw new UsageError(`--${name}: cannot be used with a file`);
  const signal = context.signal();
  const result = await withLocalFile(file, signal, (found) => sendFile(context, found, options, signal));
  return result ?? { data: { sent: 0 }, text: '  nothing was sent\n', exit: EXIT.interrupted };
}

async function sendGenerated(context: Context, options: Options): Promise<CommandResult> {
  if (options.count === undefined) throw new UsageError('send: give a FILE or --count N');
  if (options.skipBad) throw new UsageError('--skip-bad: requires a FILE');
  const count = wholeNumber('--count', options.count, 1, PRODUCER_LIMITS.count);
  const seed =
    options.seed === undefined ? undefined : wholeNumber('--seed', options.seed, 0, PRODUCER_LIMITS.seed);
  const ratePerSecond = options.rate === undefined ? undefined : rate(options.rate);
  const interrupted = context.signal();
  const pipeline = await context.open();
  const orderQueue = await openOrderQueue(pipeline);

  // The first failure stops sending. The operator sends the rest later with the same seed.
  const failing = new AbortController();
  const progress = createProgressBar('sending');
  const { report, reasons } = await produceOrders(
    { count, via: 'queue', ratePerSecond, seed, ordersPerFile: 1 },
    { orderQueue, objectStore: createObjectStore(pipeline.clients.s3), uploadBucket: pipeline.uploadBucket },
    {
      deadline: Number.POSITIVE_INFINITY,
      signal: AbortSignal.any([interrupted, failing.signal]),
      onProgress({ sent, failed }) {
        progress.update(sent, count);
        if (failed > 0) failing.abort();
      },
    },
  ).finally(progress.done);
  const { sent, failed, elapsedMs } = report;
  const pace = elapsedMs > 0 ? (sent * 1_000) / elapsedMs : sent;
  return {
    data: {
      requested: count,
      sent,
      failed,
      ratePerSecond: Math.round(pace),
      elapsedMs,
      seed: report.seed,
      reasons,
    },
    text:
      `  sent ${whole(sent)} of ${whole(count)} orders in ${(elapsedMs / 1_000).toFixed(1)} s, ${whole(pace)}/s, seed ${report.seed}\n` +
      failuresText(failed, reasons),
    exit: exitOf(failed, interrupted),
  };
}

async function sendFile(
  context: Context,
  file: LocalFile,
  { skipBad }: Options,
  signal: AbortSignal,
): Promise<CommandResult> {
  // Checks that the queue is reachable before it reads a file that may be large.
  const orderQueue = await openOrderQueue(await context.open());
  const checking = createProgressBar('checking (bytes)');
  const check = await checkOrderFile(file, checking, signal).finally(checking.done);
  const refused = check.bad > 0 && !skipBad;
  const name = printable(file.name);
  const found = `  ${name}: ${counted(check.rows, 'row')}, ${counted(check.good, 'order')}, ${counted(check.bad, 'bad row')}\n${badRowsText(check.badRows, check.bad, context.style)}`;
  if (refused || signal.aborted) {
    return {
      data: toData(check, { sent: 0, failed: 0, reasons: {} }),
      text: `${found}  nothing was sent${refused && !signal.aborted ? '; --skip-bad sends the other rows' : ''}\n`,
      exit: signal.aborted ? EXIT.interrupted : EXIT.failed,
    };
  }
  const progress = createProgressBar('sending');
  const sending = await sendOrderFile(
    file,
    orderQueue,
    (sent) => progress.update(sent, check.good),
    signal,
  ).finally(progress.done);
  return {
    data: toData(check, sending),
    text: `${found}  sent ${whole(sending.sent)} of ${whole(check.good)} orders\n${failuresText(sending.failed, sending.reasons)}`,
    exit: exitOf(sending.failed, signal),
  };
}

const toData = ({ rows, good, bad, badRows }: FileCheck, sending: FileSending) => ({
  rows,
  good,
  bad,
  badRows,
  ...sending,
});

/** @throws ServiceError if the queue is unreachable. */
async function openOrderQueue(pipeline: Pipeline) {
  const { url } = findQueue(pipeline, 'order');
  const queue = createQueue(pipeline.clients.sqs, url);
  await queue.depth();
  return queue;
}

function failuresText(failed: number, reasons: Record<string, number>): string {
  if (failed === 0) return '';
  const why = Object.entries(reasons).map(([reason, count]) => `${reason}: ${whole(count)}`);
  return `  sending stopped: ${whole(failed)} failed (${why.join(', ')}); an order that is sent again is confirmed once\n`;
}

function exitOf(failed: number, signal: AbortSignal): ExitStatus {
  if (signal.aborted) return EXIT.interrupted;
  return failed > 0 ? EXIT.failed : EXIT.ok;
}

function rate(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= PRODUCER_LIMITS.ratePerSecond) return value;
  throw new UsageError(
    `--rate: must be a number above 0 and at most 1,000,000, received ${text || 'nothing'}`,
  );
}
