import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { createLogUpdate } from 'log-update';
import { messagesIn } from '../../../lib/aws/queue.ts';
import { printable } from '../../../lib/text.ts';
import { createStatusReader, type StatusReader } from '../../../operations/status/create-status-reader.ts';
import type { DeniedRequest } from '../../../operations/status/inspection.ts';
import type {
  FunctionStatus,
  PipelineStatus,
  QueueStatus,
} from '../../../operations/status/pipeline-status.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { table } from '../../table.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { duration, perSecond, whole } from '../format.ts';
import type { Style } from '../style.ts';

/** Time between the two readings that the embedded cloud's rates are computed from, in ms. */
const RATE_MS = 1_000;

interface Options {
  watch?: true;
  interval?: string;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('status', 'Show queues, rates, functions and dead letters')
    .option('--watch', 'repeat until Ctrl-C: in place on a terminal, otherwise one line per reading')
    .option(
      '--interval <seconds>',
      'with --watch: time between readings, from 1 to 3,600 (default: 1; on AWS: 30)',
    )
    .addHelpText(
      'after',
      '\nOn AWS, CloudWatch reports totals of the last hour and rates of the last full minute, some minutes late.\nDead letters do not change the exit status. Scripts read them from --json.\n',
    )
    .action(createAction(onExit, status));
}

async function status(context: Context, { watch, interval }: Options): Promise<CommandResult> {
  if (interval !== undefined && !watch) throw new UsageError('--interval: requires --watch');
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

/** Prints the status again and again until Ctrl-C. */
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
  // Ctrl-C must not wait for a service that does not answer.
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

const UNKNOWN = '–';

/** Formats a pipeline's status as tables. */
function statusText(
  { at, stage, since, queues, functions, confirmed, denials }: PipelineStatus,
  style: Style,
): string {
  return [
    `  stage ${stage} at ${at}, totals since ${since}\n`,
    table(
      ['queue', 'visible', 'in flight', 'delayed', 'oldest', 'in/s', 'out/s', 'drained in', 'dead letters'],
      queues.map((queue) => queueRow(queue, style)),
      'lrrrrrrrr',
    ),
    table(
      ['function', 'invocations', 'errors', 'average', 'running', 'maximum', ''],
      functions.map((each) => functionRow(each, style)),
      'lrrrrrl',
    ),
    `  confirmed  ${style.strong(whole(confirmed))}\n`,
    ...(denials ?? []).map((denied) => deniedText(denied, style)),
  ].join('\n');
}

/** Formats a request that IAM refused. */
const deniedText = ({ message, count }: DeniedRequest, style: Style): string =>
  `  ${style.bad('denied')} ${whole(count)}×  ${printable(message)}\n`;

/** Formats a pipeline's status in one line, for a log. */
function statusLine({ at, queues, confirmed }: PipelineStatus): string {
  const parts = queues.map(
    ({ name, inPerSecond, outPerSecond, deadLetters, ...depth }) =>
      `${name} ${whole(messagesIn(depth))} (+${perSecond(inPerSecond)}/s −${perSecond(outPerSecond)}/s, dead ${whole(deadLetters)})`,
  );
  return `${at}  ${parts.join('  ')}  confirmed ${whole(confirmed)}\n`;
}

function queueRow(queue: QueueStatus, style: Style): string[] {
  const { name, visible, inFlight, delayed, oldestSeconds, deadLetters } = queue;
  return [
    name,
    whole(visible),
    whole(inFlight),
    whole(delayed),
    oldestSeconds === null ? UNKNOWN : duration(oldestSeconds),
    perSecond(queue.inPerSecond),
    perSecond(queue.outPerSecond),
    drainText(queue),
    deadLetters > 0 ? style.bad(whole(deadLetters)) : whole(deadLetters),
  ];
}

function drainText({ drainSeconds, inPerSecond, outPerSecond, ...depth }: QueueStatus): string {
  if (messagesIn(depth) === 0) return 'empty';
  if (drainSeconds !== null) return duration(Math.max(1, drainSeconds));
  if (inPerSecond === null || outPerSecond === null) return UNKNOWN;
  return inPerSecond > outPerSecond ? 'growing' : 'stalled';
}

function functionRow(
  { name, invocations, errors, averageMs, running, mapping }: FunctionStatus,
  style: Style,
): string[] {
  return [
    name,
    whole(invocations),
    errors > 0 ? style.bad(whole(errors)) : whole(errors),
    averageMs === null ? UNKNOWN : `${whole(averageMs)} ms`,
    running === null ? UNKNOWN : whole(running),
    mapping ? (mapping.maximumConcurrency === null ? 'no limit' : whole(mapping.maximumConcurrency)) : '',
    mapping && !mapping.enabled ? style.warning('paused') : '',
  ];
}
