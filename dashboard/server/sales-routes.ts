import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { readReportInput } from '../../lib/report/report-input.ts';
import { reportSales } from '../../lib/report/report-sales.ts';
import type { SalesReport } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { queryOf, readFields } from './read-request.ts';
import { requirePart } from './refusal.ts';

/** Names only: what they must be is said by `readReportInput`. */
const given = z.unknown().optional();
const REPORT = { by: given, from: given, to: given, limit: given };

/** What was sold. */
export function addSalesRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  app.get('/sales', async (request): Promise<SalesReport> => {
    const input = readReportInput(readFields(REPORT, queryOf(request)), Date.now());
    return reportSales(
      requirePart(pipeline.salesDatabase, `sales are off in stage ${pipeline.stage}`),
      input,
    );
  });
}
