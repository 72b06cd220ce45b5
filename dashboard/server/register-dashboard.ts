import type { FastifyInstance, FastifyReply } from 'fastify';
import { printable } from '../../lib/text.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { addBurstRoutes } from './burst-routes.ts';
import { checkSender } from './check-sender.ts';
import { createBursts } from './create-bursts.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { addEventRoutes } from './event-routes.ts';
import { explainToOperator } from './explain-to-operator.ts';
import { addMailboxRoutes } from './mailbox-routes.ts';
import { addOrderRoutes } from './order-routes.ts';
import { addPageRoutes } from './page-routes.ts';
import { readBodiesAsJson } from './read-bodies-as-json.ts';
import { Refusal } from './refusal.ts';
import { addSalesRoutes } from './sales-routes.ts';
import { sendProblem } from './send-problem.ts';
import { addShippingRoutes } from './shipping-routes.ts';
import { takeTurns } from './take-turns.ts';
import { addThrottleRoutes } from './throttle-routes.ts';

export interface DashboardOptions {
  /** Stays open until the server has stopped; closing it is for whoever opened it. */
  pipeline: Pipeline;
  /** Told of errors that nobody foresaw. */
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
