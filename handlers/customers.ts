import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createSnsClient } from '../lib/aws/clients.ts';
import { createCustomerSubscriptions } from '../lib/aws/customer-subscriptions.ts';
import { readConfig } from '../lib/config.ts';
import { refusalResponse, registerCustomer, removeCustomer } from '../lib/customers/customers.ts';
import { InvalidInputError } from '../lib/errors.ts';
import { problemOnError } from '../lib/http/problem.ts';
import { isHttpEvent, readJsonBody } from '../lib/http/request.ts';
import { logger } from '../lib/observability/logger.ts';
import { received } from '../lib/text.ts';

const config = readConfig('ORDER_EVENTS_TOPIC_ARN');
const subscriptions = createCustomerSubscriptions(createSnsClient(), config.ORDER_EVENTS_TOPIC_ARN);

async function customers(event: unknown): Promise<APIGatewayProxyStructuredResultV2> {
  if (!isHttpEvent(event)) {
    const rule = 'must be an HTTP API event for POST /customers or DELETE /customers/{email_id}';
    throw new InvalidInputError(`event: ${rule}, received ${received(event)}`);
  }
  const answer =
    event.requestContext.http.method === 'DELETE'
      ? removeCustomer(event.pathParameters, subscriptions)
      : registerCustomer(readJsonBody(event), subscriptions);
  return answer.catch(refusalResponse);
}

/** Subscribes a customer to e-mails about their orders (`POST`), or ends the subscription (`DELETE`). */
export const handler = middy(customers).use(injectLambdaContext(logger)).use(problemOnError());
