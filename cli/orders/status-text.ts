import type { FunctionStatus, PipelineStatus, QueueStatus } from '../../lib/status/pipeline-status.ts';
import { table } from '../table.ts';
import { duration } from './duration.ts';
import { perSecond, whole } from './number.ts';
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
    ({ name, visible, inFlight, delayed, inPerSecond, outPerSecond, deadLetters }) =>
      `${name} ${whole(visible + inFlight + delayed)} (+${perSecond(inPerSecond)}/s −${perSecond(outPerSecond)}/s, dead ${whole(deadLetters)})`,
  );
  return `${at}  ${parts.join('  ')}  confirmed ${whole(confirmed)}\n`;
}

function queueRow(queue: QueueStatus, style: Style): string[] {
  const { name, visible, inFlight, delayed, oldestSeconds, drainSeconds, deadLetters } = queue;
  return [
    name,
    whole(visible),
    whole(inFlight),
    whole(delayed),
    oldestSeconds === null ? UNKNOWN : duration(oldestSeconds),
    perSecond(queue.inPerSecond),
    perSecond(queue.outPerSecond),
    drainText(queue, drainSeconds),
    deadLetters > 0 ? style.bad(whole(deadLetters)) : whole(deadLetters),
  ];
}

function drainText(
  { visible, inFlight, delayed, outPerSecond }: QueueStatus,
  drainSeconds: number | null,
): string {
  if (visible + inFlight + delayed === 0) return 'is empty';
  if (drainSeconds !== null) return duration(Math.max(1, drainSeconds));
  return outPerSecond === null ? UNKNOWN : 'grows';
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
