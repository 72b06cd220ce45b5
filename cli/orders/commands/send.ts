import type { Command } from 'commander';
import { createObjectStore } from '../../../lib/aws/object-store.ts';
import { createQueue } from '../../../lib/aws/queue.ts';
import { produceOrders } from '../../../lib/produce/produce-orders.ts';
import { PRODUCER_LIMITS } from '../../../lib/produce/producer-input.ts';
import { printable } from '../../../lib/text.ts';
import { findQueue, type Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { badRowsText } from '../bad-rows.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
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
  return create(
    'send',
    'Sends orders straight to the order queue: generated ones, or those of an order file.',
  )
    .argument('[file]', 'NDJSON, JSON or CSV, plain or gzipped; - for stdin')
    .option('--count <n>', 'generate that many orders instead, from 1 to 1,000,000')
    .option('--rate <n>', 'with --count: orders a second (default: as fast as they are taken)')
    .option('--seed <n>', 'with --count: the same orders as another time; a new one each time without it')
    .option('--skip-bad', 'with a file: send it without its bad rows; otherwise nothing of it is sent')
    .addHelpText('after', '\nAn order that is sent twice is confirmed once.\n')
    .action(answering(onExit, send));
}

async function send(context: Context, file: string | undefined, options: Options): Promise<Answer> {
  if (file === undefined) return sendGenerated(context, options);
  for (const name of ['count', 'rate', 'seed'] as const)
    if (options[name] !== undefined) throw new UsageError(`--${name}: must not come with a file`);
  const signal = context.signal();
  const answer = await withLocalFile(file, signal, (found) => sendFile(context, found, options, signal));
  return answer ?? { data: { sent: 0 }, text: '  nothing was sent\n', exit: EXIT.interrupted };
}

async function sendGenerated(context: Context, options: Options): Promise<Answer> {
  if (options.count === undefined)
    throw new UsageError('send: must have a file or --count, received neither');
  if (options.skipBad) throw new UsageError('--skip-bad: must come with a file');
  const count = wholeNumber('--count', options.count, 1, PRODUCER_LIMITS.count);
  const seed =
    options.seed === undefined ? undefined : wholeNumber('--seed', options.seed, 0, PRODUCER_LIMITS.seed);
  const ratePerSecond = options.rate === undefined ? undefined : rate(options.rate);
  const interrupted = context.signal();
  const pipeline = await context.open();
  const orderQueue = await openOrderQueue(pipeline);

  // A failure ends it: the same seed sends the rest another time.
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
): Promise<Answer> {
  // First, so that nobody waits for a file to be read and then learns that there is nowhere to send it.
  const orderQueue = await openOrderQueue(await context.open());
  const checking = createProgressBar('checking (bytes)');
  const check = await checkOrderFile(file, checking, signal).finally(checking.done);
  const refused = check.bad > 0 && !skipBad;
  const name = printable(file.name);
  const found = `  ${name}: ${counted(check.rows, 'row')}, ${counted(check.good, 'order')}, ${counted(check.bad, 'bad row')}\n${badRowsText(check.badRows, check.bad, context.style)}`;
  if (refused || signal.aborted) {
    return {
      data: toData(check, { sent: 0, failed: 0, reasons: {} }),
      text: `${found}  nothing was sent${refused && !signal.aborted ? '; --skip-bad sends the rest' : ''}\n`,
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

/** @throws ServiceError where the queue is out of reach, before anything is begun */
async function openOrderQueue(pipeline: Pipeline) {
  const { url } = findQueue(pipeline, 'order');
  const queue = createQueue(pipeline.clients.sqs, url);
  await queue.depth();
  return queue;
}

function failuresText(failed: number, reasons: Record<string, number>): string {
  if (failed === 0) return '';
  const why = Object.entries(reasons).map(([reason, count]) => `${reason}: ${whole(count)}`);
  return `  ${whole(failed)} failed (${why.join(', ')}), and ended it; what was sent may be sent again\n`;
}

function exitOf(failed: number, signal: AbortSignal): ExitStatus {
  if (signal.aborted) return EXIT.interrupted;
  return failed > 0 ? EXIT.failed : EXIT.ok;
}

function rate(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= PRODUCER_LIMITS.ratePerSecond) return value;
  throw new UsageError(`--rate: must be a number above 0, at most 1,000,000, received ${text || 'nothing'}`);
}
