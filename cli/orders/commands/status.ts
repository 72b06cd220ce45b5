import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { createLogUpdate } from 'log-update';
import { createStatusReader, type StatusReader } from '../../../operations/status/create-status-reader.ts';
import type { PipelineStatus } from '../../../operations/status/pipeline-status.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { statusLine, statusText } from '../status-text.ts';

/** Ms between the two readings that rates take on the embedded cloud. */
const RATE_MS = 1_000;

interface Options {
  watch?: true;
  interval?: string;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create(
    'status',
    'Shows what each queue holds and how it moves, what functions do, and what waits in dead-letter queues.',
  )
    .option('--watch', 'show it again and again, until Ctrl-C: on a terminal in place, elsewhere a line each')
    .option('--interval <seconds>', 'with --watch: from 1 to 3,600 (default: 1; 30 on AWS)')
    .addHelpText(
      'after',
      '\nOn AWS, totals are of the last hour and rates of the last whole minute, some minutes late: CloudWatch tells them.\nDead letters do not change the exit status; scripts read them from --json.\n',
    )
    .action(answering(onExit, status));
}

async function status(context: Context, { watch, interval }: Options): Promise<Answer> {
  if (interval !== undefined && !watch) throw new UsageError('--interval: must come with --watch');
  const seconds = interval === undefined ? undefined : wholeNumber('--interval', interval, 1, 3_600);
  const signal = watch ? context.signal() : undefined;
  const pipeline = await context.open();
  const reader = createStatusReader(pipeline);
  const embedded = pipeline.inspectionUrl !== undefined;
  if (signal) {
    await watchStatus(context, reader, (seconds ?? (embedded ? 1 : 30)) * 1_000, signal);
    return { data: undefined, text: '', exit: EXIT.interrupted };
  }
  let data = await reader.read();
  if (embedded) {
    await sleep(RATE_MS);
    data = await reader.read();
  }
  return { data, text: statusText(data, context.style) };
}

/** Until Ctrl-C. */
async function watchStatus(
  { json, style }: Context,
  reader: StatusReader,
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  const log = process.stdout.isTTY && !json ? createLogUpdate(process.stdout) : undefined;
  const show = (each: PipelineStatus) => {
    if (log) log(statusText(each, style));
    else process.stdout.write(json ? `${JSON.stringify(each)}\n` : statusLine(each));
  };
  // Ctrl-C ends it at once, whatever does not answer.
  const stopped = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  try {
    while (!signal.aborted) {
      const reading = await Promise.race([reader.read(), stopped]);
      if (reading) show(reading);
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    log?.done();
  }
}
