import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createSqsClient } from '../lib/aws/clients.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { readConfig } from '../lib/config.ts';
import { problemOnError } from '../lib/http/problem.ts';
import { readJsonBody } from '../lib/http/request.ts';
import { acceptOrders, reportIntake, toIntakeResponse } from '../lib/intake/accept-orders.ts';
import { logger } from '../lib/observability/logger.ts';

const config = readConfig('ORDER_QUEUE_URL');
const orderQueue = createQueue(createSqsClient(), config.ORDER_QUEUE_URL);

async function intake(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const result = await acceptOrders(readJsonBody(event), orderQueue);
  reportIntake(result);
  return toIntakeResponse(result);
}

/** Sends the orders of `POST /orders` to the order queue. */
export const handler = middy(intake).use(injectLambdaContext(logger)).use(problemOnError());
