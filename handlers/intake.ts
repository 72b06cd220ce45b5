import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createSqsClient } from '../lib/aws/clients.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { readConfig } from '../lib/config.ts';
import { problemOnError } from '../lib/http/problem.ts';
import { readJsonBody } from '../lib/http/request.ts';
import { answerTakenOrders, reportTakenOrders, takeOrders } from '../lib/intake/take-orders.ts';
import { logger } from '../lib/observability/logger.ts';

const config = readConfig('ORDER_QUEUE_URL');
const orderQueue = createQueue(createSqsClient(), config.ORDER_QUEUE_URL);

async function intake(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const taken = await takeOrders(readJsonBody(event), orderQueue);
  reportTakenOrders(taken);
  return answerTakenOrders(taken);
}

/** `POST /orders` → orders in the order queue. */
export const handler = middy(intake).use(injectLambdaContext(logger)).use(problemOnError());
