import type { HeapUse } from '../../harness/cloud-process.ts';
import type { Journal } from '../../harness/journal.ts';
import type { Cloud } from '../../harness/start-cloud.ts';
import { percentile } from '../../harness/statistics.ts';
import { createStatusReader } from '../../operations/status/create-status-reader.ts';
import type { QueueName } from '../../topology.ts';
import { type ProcessUse, readPostgresMemory, readProcess } from './process-use.ts';

/** A measurement of the embedded cloud. Memory in bytes. */
export interface Sample extends ProcessUse {
  /** Minutes since the first sample. */
  minute: number;
  heaps: HeapUse;
  /** Memory of all processes of Postgres. */
  postgres: number;
  queues: Partial<Record<QueueName, QueueSample>>;
  /** Ms from sending to confirmation for orders confirmed since the last sample; null if there were none. */
  p50: number | null;
  p99: number | null;
  /** Orders sent and confirmed since the first sample. */
  sent: number;
  confirmed: number;
}

interface QueueSample {
  /** Messages in the queue, including those in flight. */
  held: number;
  /** Age of the oldest message; null if the queue is empty. */
  oldestSeconds: number | null;
}

/** @returns A function that takes a sample. */
export function startSampling(
  cloud: Pick<Cloud, 'pid' | 'outputs' | 'call' | 'pipeline'>,
  journal: Pick<Journal, 'takeLatencies' | 'progress'>,
): () => Promise<Sample> {
  const status = createStatusReader(cloud.pipeline);
  const start = performance.now();

  return async () => {
    const minute = (performance.now() - start) / 60_000;
    const [use, heaps, postgres, { queues }] = await Promise.all([
      readProcess(cloud.pid),
      cloud.call('heaps'),
      readPostgresMemory(cloud.outputs.DatabaseUrl ?? ''),
      status.read(),
    ]);
    const latencies = journal.takeLatencies();
    const { sent, confirmed } = journal.progress();
    return {
      ...use,
      minute,
      heaps,
      postgres,
      queues: Object.fromEntries(
        queues.map(({ name, visible, inFlight, delayed, oldestSeconds }) => [
          name,
          { held: visible + inFlight + delayed, oldestSeconds },
        ]),
      ),
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      sent,
      confirmed,
    };
  };
}
