import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { PRODUCER_FIELDS } from '../../lib/produce/producer-input.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { readFields } from './read-fields.ts';
import { requirePart } from './require-part.ts';

const { count, ratePerSecond, seed } = PRODUCER_FIELDS;
const BURST = {
  count: count.check(z.describe('a whole number from 1 to 1,000,000')),
  ratePerSecond: z
    .optional(ratePerSecond)
    .check(z.describe('a number above 0, at most 1,000,000, or left out')),
  seed: z.optional(seed).check(z.describe('a whole number from 0 to 4,294,967,295, or left out')),
};
const RATE = {
  ratePerSecond: z.nullable(ratePerSecond).check(z.describe('a number above 0, at most 1,000,000, or null')),
};

/** Bursts of generated orders. */
export function addBurstRoutes(app: FastifyInstance, { bursts }: DashboardParts): void {
  app.post('/burst', async ({ body }) => bursts.start(readFields(BURST, body)));
  app.patch('/burst', async ({ body }) => bursts.setRate(readFields(RATE, body).ratePerSecond));
  app.delete('/burst', async () => requirePart((await bursts.stop()) ?? undefined, 'No burst was started.'));
}
