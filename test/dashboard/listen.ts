import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server-sent event, and when it came. */
export interface ReceivedEvent {
  at: number;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like.
  data: any;
}

export interface Listener {
  response: IncomingMessage;
  events: ReceivedEvent[];
  /** Resolves when the connection has ended, whoever ended it. */
  ended: Promise<void>;
  /** Waits for an event that fits, among those that have come or will; throws after 30 s, or as many ms as it is told. */
  next(fits?: (event: ReceivedEvent) => boolean, patience?: number): Promise<ReceivedEvent>;
  close(): void;
}

/** Listens to server-sent events as a page does. */
export async function listen(url: string): Promise<Listener> {
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
  // A connection that is cut is an end like another.
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => response.once('close', () => resolve()));
  return {
    response,
    events,
    ended,
    async next(fits = () => true, patience = 30_000) {
      for (const deadline = Date.now() + patience; Date.now() < deadline; await sleep(20)) {
        const event = events.find(fits);
        if (event) return event;
      }
      throw new Error(`no such event among ${JSON.stringify(events.slice(-3))}`);
    },
    close: () => call.destroy(),
  };
}
