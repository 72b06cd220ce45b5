import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { received } from '../../lib/text.ts';
import { setThrottle } from '../../operations/status/throttle.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { HttpError } from './http-error.ts';
import { readFields } from './read-request.ts';

/** Types only; `setThrottle` validates the values. */
const THROTTLE = {
  maximumConcurrency: z.number().optional().describe('a number or omitted'),
  enabled: z.boolean().optional().describe('true, false or omitted'),
};

/** Adds the route that sets a consumer's maximum concurrency, and pauses or resumes it. */
export function addThrottleRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  app.put<{ Params: { function: string } }>('/throttle/:function', async ({ params, body }, reply) => {
    const names = pipeline.queues.map(({ consumer }) => consumer);
    if (!names.includes(params.function)) {
      const rule = `function: must be one of ${names.join(', ')}`;
      throw new HttpError(404, `${rule}, received ${received(params.function)}`);
    }
    const { maximumConcurrency, enabled } = readFields(THROTTLE, body);
    await setThrottle(pipeline, params.function, {
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
      ...(enabled !== undefined && { enabled }),
    });
    return reply.code(204).send();
  });
}
