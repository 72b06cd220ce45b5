import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { printable } from '../../lib/text.ts';
import { createStatusReader } from '../../operations/status/create-status-reader.ts';
import type { LiveStatus, Trouble } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { HttpError } from './http-error.ts';

/** A stream of server-sent events to one page. */
export interface EventStream {
  stream: Readable;
  /** Sends an event when the connection is ready. Replaces an event that is still waiting. */
  send(event: { name: string; data: unknown }): void;
  /** Sends a comment as a heartbeat, unless an event is waiting. */
  sendHeartbeat(): void;
  end(): void;
}

/** Delay before a browser reconnects. */
const RETRY_MS = 2_000;

/**
 * Creates an event stream for a page that may be slow: only the newest event waits for the connection.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createEventStream(): EventStream {
  // With this mark, `read` is called only after the connection has accepted everything.
  const stream = new Readable({
    highWaterMark: 1,
    read() {
      wanted = true;
      flush();
    },
  });
  let wanted = false;
  let waiting: string | undefined;

  stream.push(`retry: ${RETRY_MS}\n\n`);

  function flush(): void {
    if (!wanted || waiting === undefined || stream.destroyed) return;
    const text = waiting;
    waiting = undefined;
    wanted = false;
    stream.push(text);
  }

  return {
    stream,
    send({ name, data }) {
      waiting = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
      flush();
    },
    sendHeartbeat() {
      waiting ??= ':\n\n';
      flush();
    },
    end: () => stream.destroy(),
  };
}

/** An event of the live page. */
export type LiveEvent = { name: 'status'; data: LiveStatus } | { name: 'trouble'; data: Trouble };

/** The pipeline's status, read once for all pages. */
export interface LiveEvents {
  /**
   * Sends the latest event immediately, if any, and then each new one. The status is read only while there are listeners.
   *
   * @returns A function that ends the subscription.
   */
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

/** Milliseconds between readings. On AWS each reading costs requests, and most of its data changes once a minute. */
const INTERVAL_MS = { embedded: 1_000, aws: 5_000 };

/** States: idle (no listener) → sampling (reads, sends, waits) → idle … */
function createLiveStatus({ pipeline, bursts }: Pick<DashboardParts, 'pipeline' | 'bursts'>): LiveEvents {
  const embedded = pipeline.inspectionUrl !== undefined;
  const interval = embedded ? INTERVAL_MS.embedded : INTERVAL_MS.aws;
  const features = {
    shipping: pipeline.shippingDatabase !== undefined,
    sales: pipeline.salesDatabase !== undefined,
    mailbox: embedded,
  };
  const listeners = new Set<(event: LiveEvent) => void>();
  let latest: LiveEvent | undefined;
  let sampling = new AbortController();

  async function sample(signal: AbortSignal): Promise<void> {
    // A new reader each time, so that rates do not span the time without listeners.
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
        // The next listener must not receive an old event.
        latest = undefined;
      };
    },
  };
}

const MAX_PAGES = 20;
const HEARTBEAT_MS = 10_000;

/** Adds the route of live events. */
export function addEventRoutes(app: FastifyInstance, parts: DashboardParts): void {
  const live = createLiveStatus(parts);
  const open = new Set<EventStream>();

  app.get('/events', async (_request, reply) => {
    if (open.size >= MAX_PAGES)
      throw new HttpError(503, `At most ${MAX_PAGES} pages can be open. Close one and try again.`);
    const events = createEventStream();
    open.add(events);
    const heartbeat = setInterval(events.sendHeartbeat, HEARTBEAT_MS);
    const unsubscribe = live.subscribe(events.send);
    events.stream.once('close', () => {
      clearInterval(heartbeat);
      unsubscribe();
      open.delete(events);
    });
    return reply.type('text/event-stream').header('cache-control', 'no-store').send(events.stream);
  });

  app.addHook('preClose', async () => {
    for (const events of open) events.end();
  });
}
