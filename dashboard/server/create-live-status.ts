import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../../lib/text.ts';
import { createStatusReader } from '../../operations/status/create-status-reader.ts';
import type { LiveStatus, Trouble } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';

/** What the pages are told. */
export type LiveEvent = { name: 'status'; data: LiveStatus } | { name: 'trouble'; data: Trouble };

/** The status as all pages see it, read once for all of them. */
export interface LiveEvents {
  /**
   * Tells the latest event at once, where there is one, and then each one. It is read only while somebody listens.
   *
   * @returns what ends it
   */
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

/** Ms from one reading to the next. On AWS each one costs requests, and what it reads changes by the minute. */
const INTERVAL = { embedded: 1_000, aws: 5_000 };

/** idle (nobody listens) → sampling (reads, tells, waits) → idle … */
export function createLiveStatus({
  pipeline,
  bursts,
}: Pick<DashboardParts, 'pipeline' | 'bursts'>): LiveEvents {
  const embedded = pipeline.inspectionUrl !== undefined;
  const interval = embedded ? INTERVAL.embedded : INTERVAL.aws;
  const features = {
    shipping: pipeline.shippingDatabase !== undefined,
    sales: pipeline.salesDatabase !== undefined,
    mailbox: embedded,
  };
  const listeners = new Set<(event: LiveEvent) => void>();
  let latest: LiveEvent | undefined;
  let sampling = new AbortController();

  async function sample(signal: AbortSignal): Promise<void> {
    // A new one each time: rates are of late, not since somebody last looked.
    const reader = createStatusReader(pipeline);
    while (!signal.aborted) {
      const start = Date.now();
      const event = await reader.read().then(
        (status): LiveEvent => ({
          name: 'status',
          data: { ...status, burst: bursts.latest(), features },
        }),
        ({ message }: Error): LiveEvent => ({ name: 'trouble', data: { message: printable(message) } }),
      );
      if (signal.aborted) return;
      latest = event;
      for (const listener of listeners) listener(event);
      await sleep(Math.max(0, start + interval - Date.now()), undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (latest) listener(latest);
      if (listeners.size === 1) {
        sampling = new AbortController();
        void sample(sampling.signal);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        sampling.abort();
        // Whoever comes next is told what is then.
        latest = undefined;
      };
    },
  };
}
