import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server-sent event. */
export interface ReceivedEvent {
  /** Time of arrival in epoch milliseconds. */
  at: number;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on its shape.
  data: any;
}

export interface Listener {
  response: IncomingMessage;
  events: ReceivedEvent[];
  /** Resolves when either side has closed the connection. */
  ended: Promise<void>;
  /** Returns the first past or future event that matches. Throws after `timeoutMs`, by default 30 s. */
  next(matches?: (event: ReceivedEvent) => boolean, timeoutMs?: number): Promise<ReceivedEvent>;
  close(): void;
}

/** Opens a stream of server-sent events, as the page does. */
export async function listenToEvents(url: string): Promise<Listener> {
  const call = request(url, { agent: false, headers: { accept: 'text/event-stream' } });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const events: ReceivedEvent[] = [];
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (piece: string) => {
    text += piece;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, name] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data = 'null'] = /^data: (.*)$/m.exec(block) ?? [];
      if (name) events.push({ at: Date.now(), name, data: JSON.parse(data) });
    }
  });
  // An aborted connection counts as closed.
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => response.once('close', () => resolve()));
  return {
    response,
    events,
    ended,
    async next(matches = () => true, timeoutMs = 30_000) {
      for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(20)) {
        const event = events.find(matches);
        if (event) return event;
      }
      throw new Error(`no matching event; the last ones: ${JSON.stringify(events.slice(-3))}`);
    },
    close: () => call.destroy(),
  };
}
