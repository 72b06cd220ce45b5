import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { received } from '../../lib/text.ts';
import { setThrottle } from '../../operations/status/throttle.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { readFields } from './read-request.ts';
import { Refusal } from './refusal.ts';

/** Types only: what they must be else is said by `setThrottle`. */
const THROTTLE = {
  maximumConcurrency: z.number().optional().describe('a number, or left out'),
  enabled: z.boolean().optional().describe('true or false, or left out'),
};

/** The throttle of each function that works on a queue. */
export function addThrottleRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  app.put<{ Params: { function: string } }>('/throttle/:function', async ({ params, body }, reply) => {
    const names = pipeline.queues.map(({ consumer }) => consumer);
    if (!names.includes(params.function)) {
      const rule = `function: must be one of ${names.join(', ')}`;
      throw new Refusal(404, `${rule}, received ${received(params.function)}`);
    }
    const { maximumConcurrency, enabled } = readFields(THROTTLE, body);
    await setThrottle(pipeline, params.function, {
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
      ...(enabled !== undefined && { enabled }),
    });
    return reply.code(204).send();
  });
}
