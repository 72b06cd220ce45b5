import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createDynamoDbClient } from '../lib/aws/clients.ts';
import { createLedger } from '../lib/aws/ledger.ts';
import { readConfig } from '../lib/config.ts';
import { json, problem, problemOnError } from '../lib/http/problem.ts';
import { isHttpEvent } from '../lib/http/request.ts';
import { logger } from '../lib/observability/logger.ts';
import { getOrder, type OrderHistory, readOrderId } from '../lib/order-history/get-order.ts';
import { openSalesDatabase, SALES_DATABASE_SETTINGS } from '../lib/sales/open-sales.ts';
import { openShippingDatabase, SHIPPING_DATABASE_SETTINGS } from '../lib/shipping/open-shipping-database.ts';

const config = readConfig('LEDGER_TABLE_NAME', ...SHIPPING_DATABASE_SETTINGS, ...SALES_DATABASE_SETTINGS);
const sources = {
  ledger: createLedger(createDynamoDbClient(), { tableName: config.LEDGER_TABLE_NAME }),
  shippingDatabase: openShippingDatabase(config),
  salesDatabase: openSalesDatabase(config),
};

async function story(event: unknown): Promise<APIGatewayProxyStructuredResultV2 | OrderHistory | null> {
  if (!isHttpEvent(event)) return (await getOrder(readOrderId(event), sources)) ?? null;
  const orderId = readOrderId(event.pathParameters);
  const history = await getOrder(orderId, sources);
  return history
    ? json(200, history)
    : problem(404, `order_id: must be the id of a known order, received "${orderId}"`);
}

/** Returns the history of one order, for `GET /orders/{order_id}` or a direct invocation (null if unknown). */
export const handler = middy(story).use(injectLambdaContext(logger)).use(problemOnError());
