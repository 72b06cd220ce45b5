import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { readReportInput } from '../../lib/report/report-input.ts';
import { reportSales } from '../../lib/report/report-sales.ts';
import type { SalesReport } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { requirePart } from './http-error.ts';
import { queryOf, readFields } from './read-request.ts';

/** Field names only; `readReportInput` validates the values. */
const given = z.unknown().optional();
const REPORT = { by: given, from: given, to: given, limit: given };

/** Adds the route of sales reports. */
export function addSalesRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  app.get('/sales', async (request): Promise<SalesReport> => {
    const input = readReportInput(readFields(REPORT, queryOf(request)), Date.now());
    return reportSales(
      requirePart(pipeline.salesDatabase, `sales are disabled in stage ${pipeline.stage}`),
      input,
    );
  });
}
