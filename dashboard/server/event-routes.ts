import type { FastifyInstance } from 'fastify';
import { createEventStream, type EventStream } from './create-event-stream.ts';
import { createLiveStatus } from './create-live-status.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { Refusal } from './refusal.ts';

/** Pages at once. */
const MOST = 20;
/** Ms between signs of life while there is nothing to tell. */
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
