import { Readable } from 'node:stream';

/** Server-sent events to one page. */
export interface EventStream {
  stream: Readable;
  /** Sends an event as soon as the page can take it; one that waits is replaced by a newer one. */
  send(event: { name: string; data: unknown }): void;
  /** Sends a comment, which shows that the connection lives, unless something waits already. */
  beat(): void;
  end(): void;
}

/** Ms after which a browser that lost its connection comes back. */
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
