import { createQueue, messagesIn, type QueueDepth } from '../../lib/aws/queue.ts';
import type { Pipeline, PipelineQueue } from '../pipeline/pipeline.ts';
import { cachedFor } from './cached-for.ts';
import { createCloudWatchStatus } from './cloud-watch-status.ts';
import { createEmbeddedStatus } from './embedded-status.ts';
import { functionNames } from './function-names.ts';
import {
  type MappingStatus,
  type Measured,
  type PipelineStatus,
  type QueueStatus,
  queueNameOf,
} from './pipeline-status.ts';
import { readMappings } from './throttle.ts';

/** Reads the status of a pipeline repeatedly. */
export interface StatusReader {
  /**
   * Reads the current status. On the embedded cloud, the first reading has no rates, which are computed from two readings.
   *
   * @throws UnavailableError or ServiceError if a service does not answer
   */
  read(): Promise<PipelineStatus>;
}

/** Milliseconds for which event source mappings are cached. They rarely change. */
const MAPPINGS_MS = { embedded: 1_000, aws: 5_000 };

/** Measurements of a queue without any data yet. */
const UNKNOWN = { oldestSeconds: null, taken: 0, inPerSecond: null, outPerSecond: null };

export function createStatusReader(pipeline: Pipeline): StatusReader {
  const { stage, queues, clients, inspectionUrl } = pipeline;
  const names = functionNames(pipeline);
  const source =
    inspectionUrl === undefined
      ? createCloudWatchStatus(pipeline, names)
      : createEmbeddedStatus(inspectionUrl, names);
  const mappings = cachedFor(inspectionUrl === undefined ? MAPPINGS_MS.aws : MAPPINGS_MS.embedded, () =>
    readMappings(pipeline),
  );

  async function readDepths(queue: PipelineQueue): Promise<Depths> {
    const [depth, deadLetters] = await Promise.all([
      createQueue(clients.sqs, queue.url).depth(),
      createQueue(clients.sqs, queue.deadLetterUrl).depth(),
    ]);
    return { queue, depth, deadLetters: messagesIn(deadLetters) };
  }

  return {
    async read() {
      const [measured, mappingOf, depths] = await Promise.all([
        source.measure(),
        mappings(),
        Promise.all(queues.map(readDepths)),
      ]);
      return {
        at: new Date().toISOString(),
        stage,
        since: measured.since,
        queues: depths.map((each) => toQueueStatus(each, measured)),
        functions: measured.functions.map((each) => ({
          ...each,
          mapping: toMappingStatus(mappingOf.get(each.name)),
        })),
        confirmed: measured.confirmed,
        denials: measured.denials,
      };
    },
  };
}

interface Depths {
  queue: PipelineQueue;
  depth: QueueDepth;
  /** Number of messages in its dead-letter queue. */
  deadLetters: number;
}

function toQueueStatus({ queue, depth, deadLetters }: Depths, { queues }: Measured): QueueStatus {
  const measured = queues.get(queueNameOf(queue.url)) ?? UNKNOWN;
  const held = messagesIn(depth);
  return {
    name: queue.name,
    ...depth,
    ...measured,
    oldestSeconds: held === 0 ? null : measured.oldestSeconds,
    drainSeconds: drainSeconds(held, measured.inPerSecond, measured.outPerSecond),
    deadLetters,
  };
}

function drainSeconds(held: number, inPerSecond: number | null, outPerSecond: number | null): number | null {
  if (held === 0) return 0;
  if (inPerSecond === null || outPerSecond === null || outPerSecond <= inPerSecond) return null;
  return Math.ceil(held / (outPerSecond - inPerSecond));
}

function toMappingStatus(mapping: MappingStatus | undefined): MappingStatus | null {
  if (!mapping) return null;
  const { queue, enabled, maximumConcurrency, batchSize } = mapping;
  return { queue, enabled, maximumConcurrency, batchSize };
}
