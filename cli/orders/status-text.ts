import { messagesIn } from '../../lib/aws/queue.ts';
import type { FunctionStatus, PipelineStatus, QueueStatus } from '../../operations/status/pipeline-status.ts';
import { table } from '../table.ts';
import { duration, perSecond, whole } from './format.ts';
import type { Style } from './style.ts';

const UNKNOWN = '–';

/** A pipeline's status as tables. */
export function statusText(
  { at, stage, since, queues, functions, confirmed }: PipelineStatus,
  style: Style,
): string {
  return [
    `  stage ${stage} at ${at}, totals since ${since}\n`,
    table(
      ['queue', 'visible', 'in flight', 'delayed', 'oldest', 'in/s', 'out/s', 'empty in', 'dead letters'],
      queues.map((queue) => queueRow(queue, style)),
      'lrrrrrrrr',
    ),
    table(
      ['function', 'invocations', 'errors', 'average', 'running', 'at once', ''],
      functions.map((each) => functionRow(each, style)),
      'lrrrrrl',
    ),
    `  confirmed  ${style.strong(whole(confirmed))}\n`,
  ].join('\n');
}

/** The same in a line, for a log. */
export function statusLine({ at, queues, confirmed }: PipelineStatus): string {
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
  if (messagesIn(depth) === 0) return 'is empty';
  if (drainSeconds !== null) return duration(Math.max(1, drainSeconds));
  if (inPerSecond === null || outPerSecond === null) return UNKNOWN;
  return inPerSecond > outPerSecond ? 'grows' : 'stands';
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
