import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { DashboardParts } from './dashboard-parts.ts';
import { readFields } from './read-fields.ts';
import { requirePart } from './require-part.ts';

const rate = z.number().positive().max(1_000_000);
const BURST = {
  count: z.int().min(1).max(1_000_000).describe('a whole number from 1 to 1,000,000'),
  ratePerSecond: rate.optional().describe('a number above 0, at most 1,000,000, or left out'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional()
    .describe('a whole number from 0 to 4,294,967,295, or left out'),
};
const RATE = { ratePerSecond: rate.nullable().describe('a number above 0, at most 1,000,000, or null') };

/** Bursts of generated orders. */
export function addBurstRoutes(app: FastifyInstance, { bursts }: DashboardParts): void {
  app.post('/burst', async ({ body }) => bursts.start(readFields(BURST, body)));
  app.patch('/burst', async ({ body }) => bursts.setRate(readFields(RATE, body).ratePerSecond));
  app.delete('/burst', async () => requirePart((await bursts.stop()) ?? undefined, 'No burst was started.'));
}
