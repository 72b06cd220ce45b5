import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { printable } from '../../lib/text.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { addBurstRoutes, createBursts } from './bursts.ts';
import { createKeyedLock, type DashboardParts } from './dashboard-parts.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { checkBodyType, guardServer } from './guard-server.ts';
import { explainToOperator, HttpError, sendProblem } from './http-error.ts';
import { addEventRoutes } from './live-events.ts';
import { addMailboxRoutes } from './mailbox-routes.ts';
import { addOrderRoutes } from './order-routes.ts';
import { addPageRoutes } from './page-files.ts';
import { readBodiesAsJson } from './read-request.ts';
import { addSalesRoutes } from './sales-routes.ts';
import { addShippingRoutes } from './shipping-routes.ts';
import { addThrottleRoutes } from './throttle-routes.ts';

export interface DashboardOptions {
  /** Must stay open until the server has stopped; the caller closes it. */
  pipeline: Pipeline;
  /** Called with unexpected errors. */
  report: (error: unknown) => void;
}

/** Adds the page at `/` and its routes under `/dashboard/` to a server that `guardServer` protects. */
export function registerDashboard(app: FastifyInstance, { pipeline, report }: DashboardOptions): void {
  const stopping = new AbortController();
  const bursts = createBursts(pipeline, report);
  const parts: DashboardParts = { pipeline, bursts, withLock: createKeyedLock(), stopping: stopping.signal };

  function handleError(error: unknown, reply: FastifyReply): FastifyReply {
    const { status, detail } = explainToOperator(error);
    if (status === 500) report(error);
    return sendProblem(reply, status, detail);
  }

  app.register(async (page) => {
    page.setErrorHandler((error, _request, reply) => handleError(error, reply));
    addPageRoutes(page);
  });
  app.register(
    async (scope) => {
      scope.addHook('onRequest', checkBodyType);
      // The data changes constantly and contains customers' names and addresses.
      scope.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
      scope.setErrorHandler((error, _request, reply) => handleError(error, reply));
      scope.setNotFoundHandler(({ method, url }) => {
        throw new HttpError(404, `path: no such route, received ${method} ${printable(url)}`);
      });
      readBodiesAsJson(scope);
      for (const addRoutes of [
        addEventRoutes,
        addBurstRoutes,
        addDeadLetterRoutes,
        addMailboxRoutes,
        addOrderRoutes,
        addSalesRoutes,
        addShippingRoutes,
        addThrottleRoutes,
      ])
        addRoutes(scope, parts);
      scope.addHook('preClose', async () => {
        stopping.abort();
        await bursts.stop();
      });
    },
    { prefix: '/dashboard' },
  );
}

/**
 * Starts a server on 127.0.0.1 that serves the live page only.
 *
 * @param options.port TCP port; 0 selects a free one.
 * @returns The URL of the page, and a function that stops the server and aborts requests in flight.
 * @throws Error with code `EADDRINUSE` if the port is in use.
 */
export async function startDashboard({
  port,
  ...options
}: DashboardOptions & { port: number }): Promise<{ url: string; stop(): Promise<void> }> {
  const app = fastify({ forceCloseConnections: true, exposeHeadRoutes: false });
  guardServer(app);
  registerDashboard(app, options);
  const url = await app.listen({ host: '127.0.0.1', port });
  return { url: `${url}/`, stop: () => app.close() };
}
