import { inspect } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { registerDashboard } from '../dashboard/server/dashboard.ts';
import { openEmbeddedPipeline } from '../operations/pipeline/open-pipeline.ts';
import type { FunctionLog } from './lambda/function-log.ts';

/** The live page of the embedded cloud. */
export interface LivePage {
  /** Adds it to a server. */
  register(app: FastifyInstance): void;
  /** Ends its connections to the services; to be called once the server has ended. */
  close(): Promise<void>;
}

/** @param log gets what goes wrong and nobody who looks at the page is told of */
export function openLivePage(outputs: Readonly<Record<string, string>>, log: FunctionLog): LivePage {
  const pipeline = openEmbeddedPipeline(outputs);
  return {
    register: (app) =>
      registerDashboard(app, { pipeline, report: (error) => log.write('dashboard', inspect(error)) }),
    close: pipeline.close,
  };
}
