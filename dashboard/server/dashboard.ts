import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { printable } from '../../lib/text.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { addBurstRoutes, createBursts } from './bursts.ts';
import { type DashboardParts, takeTurns } from './dashboard-parts.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { checkSender, guardServer } from './guard-server.ts';
import { addEventRoutes } from './live-events.ts';
import { addMailboxRoutes } from './mailbox-routes.ts';
import { addOrderRoutes } from './order-routes.ts';
import { addPageRoutes } from './page-files.ts';
import { readBodiesAsJson } from './read-request.ts';
import { explainToOperator, Refusal, sendProblem } from './refusal.ts';
import { addSalesRoutes } from './sales-routes.ts';
import { addShippingRoutes } from './shipping-routes.ts';
import { addThrottleRoutes } from './throttle-routes.ts';

export interface DashboardOptions {
  /** Stays open until the server has stopped; the caller closes it. */
  pipeline: Pipeline;
  /** Called with unexpected errors. */
  report: (error: unknown) => void;
}

/** Adds the live page to a server that `guardServer` guards: `/`, and what the page asks for under `/dashboard/`. */
export function registerDashboard(app: FastifyInstance, { pipeline, report }: DashboardOptions): void {
  const stopping = new AbortController();
  const bursts = createBursts(pipeline, report);
  const parts: DashboardParts = { pipeline, bursts, inTurn: takeTurns(), stopping: stopping.signal };

  function answerError(error: unknown, reply: FastifyReply): FastifyReply {
    const { status, detail } = explainToOperator(error);
    if (status === 500) report(error);
    return sendProblem(reply, status, detail);
  }

  app.register(async (page) => {
    page.setErrorHandler((error, _request, reply) => answerError(error, reply));
    addPageRoutes(page);
  });
  app.register(
    async (scope) => {
      scope.addHook('onRequest', checkSender);
      // Data is of the moment, and of customers.
      scope.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
      scope.setErrorHandler((error, _request, reply) => answerError(error, reply));
      scope.setNotFoundHandler(({ method, url }) => {
        throw new Refusal(404, `path: must be one of the page's, received ${method} ${printable(url)}`);
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
 * Serves the live page by itself, on 127.0.0.1.
 *
 * @param options.port 0 for any free one
 * @returns the page's address, and a function that stops the server immediately, with all requests in flight
 * @throws Error with code `EADDRINUSE` if the port is taken
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
