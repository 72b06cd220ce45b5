import { inspect } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { registerDashboard } from '../dashboard/server/dashboard.ts';
import { openEmbeddedPipeline } from '../operations/pipeline/open-pipeline.ts';
import type { FunctionLog } from './lambda/function-log.ts';

export interface LivePage {
  /** Adds the page's routes to a server. */
  register(app: FastifyInstance): void;
  /** Closes the connections to the services. Call it after the server has stopped. */
  close(): Promise<void>;
}

/** @param log Receives errors that the page does not show. */
export function openLivePage(outputs: Readonly<Record<string, string>>, log: FunctionLog): LivePage {
  const pipeline = openEmbeddedPipeline(outputs);
  return {
    register: (app) =>
      registerDashboard(app, { pipeline, report: (error) => log.write('dashboard', inspect(error)) }),
    close: pipeline.close,
  };
}
