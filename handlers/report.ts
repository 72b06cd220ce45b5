import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { json, problemOnError } from '../lib/http/problem.ts';
import { isHttpEvent, readQuery } from '../lib/http/request.ts';
import { logger } from '../lib/observability/logger.ts';
import { csvFile, reportCsv } from '../lib/report/csv.ts';
import { readReportInput } from '../lib/report/report-input.ts';
import { reportSales, type SalesReport } from '../lib/report/report-sales.ts';
import { requireSalesDatabase, SALES_DATABASE_SETTINGS } from '../lib/sales/open-sales.ts';

const database = requireSalesDatabase(readConfig(...SALES_DATABASE_SETTINGS));

async function report(
  event: unknown,
): Promise<APIGatewayProxyStructuredResultV2 | SalesReport | { csv: string }> {
  const isHttp = isHttpEvent(event);
  const input = readReportInput(isHttp ? readQuery(event) : event, Date.now());
  const sales = await reportSales(database, input);
  const { by, from, to, rows } = sales;
  logger.info('sales reported', { by, from, to, rows: rows.length });
  if (input.format === 'json') return isHttp ? json(200, sales) : sales;
  const { name, csv } = reportCsv(sales);
  return isHttp ? csvFile(name, csv) : { csv };
}

/** Returns orders and revenue of a date range, as JSON or CSV, for `GET /reports/sales` or a direct invocation. */
export const handler = middy(report).use(injectLambdaContext(logger)).use(problemOnError());
