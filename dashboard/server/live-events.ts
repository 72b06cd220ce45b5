import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { printable } from '../../lib/text.ts';
import { createStatusReader } from '../../operations/status/create-status-reader.ts';
import type { LiveStatus, Trouble } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { Refusal } from './refusal.ts';

/** Server-sent events to one page. */
export interface EventStream {
  stream: Readable;
  /** Sends an event as soon as the page can take it; one that waits is replaced by a newer one. */
  send(event: { name: string; data: unknown }): void;
  /** Sends a comment, which shows that the connection lives, unless something waits already. */
  beat(): void;
  end(): void;
}

/** Ms after which a browser that lost its connection connects again. */
const RETRY_MS = 2_000;

/**
 * Events for a page that may be slow: besides what its connection holds, at most one event is kept for it, the newest.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createEventStream(): EventStream {
  // With so low a mark, `read` is called only when all that was pushed has been taken.
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
    beat() {
      waiting ??= ':\n\n';
      flush();
    },
    end: () => stream.destroy(),
  };
}

/** An event that the pages receive. */
export type LiveEvent = { name: 'status'; data: LiveStatus } | { name: 'trouble'; data: Trouble };

/** The status as all pages see it, read once for all of them. */
export interface LiveEvents {
  /**
   * Sends the latest event immediately, if there is one, and then each new one. The status is read only while a page listens.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: (event: LiveEvent) => void): () => void;
}

/** Ms from one reading to the next. On AWS each one costs requests, and what it reads changes by the minute. */
const INTERVAL = { embedded: 1_000, aws: 5_000 };

/** States: idle (no listener) → sampling (reads, sends, waits) → idle … */
function createLiveStatus({ pipeline, bursts }: Pick<DashboardParts, 'pipeline' | 'bursts'>): LiveEvents {
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

/** Concurrent pages. */
const MOST = 20;
/** Ms between heartbeats while there are no events. */
const HEARTBEAT = 10_000;

/** Live events, for as long as a page listens. */
export function addEventRoutes(app: FastifyInstance, parts: DashboardParts): void {
  const live = createLiveStatus(parts);
  const open = new Set<EventStream>();

  app.get('/events', async (_request, reply) => {
    if (open.size >= MOST)
      throw new Refusal(503, `This server has ${MOST} pages open, and no more at once: close one of them.`);
    const events = createEventStream();
    open.add(events);
    const heart = setInterval(events.beat, HEARTBEAT);
    const unsubscribe = live.subscribe(events.send);
    events.stream.once('close', () => {
      clearInterval(heart);
      unsubscribe();
      open.delete(events);
    });
    return reply.type('text/event-stream').header('cache-control', 'no-store').send(events.stream);
  });

  app.addHook('preClose', async () => {
    for (const events of open) events.end();
  });
}
