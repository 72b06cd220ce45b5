import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createSnsClient } from '../lib/aws/clients.ts';
import { createCustomerSubscriptions } from '../lib/aws/customer-subscriptions.ts';
import { readConfig } from '../lib/config.ts';
import { answerRefusal } from '../lib/customers/answer-refusal.ts';
import { registerCustomer } from '../lib/customers/register-customer.ts';
import { removeCustomer } from '../lib/customers/remove-customer.ts';
import { isHttpEvent } from '../lib/http/http-event.ts';
import { problemOnError } from '../lib/http/problem-on-error.ts';
import { readJsonBody } from '../lib/http/read-json-body.ts';
import { InvalidInputError } from '../lib/invalid-input-error.ts';
import { logger } from '../lib/observability/logger.ts';
import { received } from '../lib/order/received.ts';

const config = readConfig('ORDER_EVENTS_TOPIC_ARN');
const subscriptions = createCustomerSubscriptions(createSnsClient(), config.ORDER_EVENTS_TOPIC_ARN);

async function customers(event: unknown): Promise<APIGatewayProxyStructuredResultV2> {
  if (!isHttpEvent(event)) {
    const rule = 'must be POST /customers or DELETE /customers/{email_id}, as an HTTP API hands it on';
    throw new InvalidInputError(`event: ${rule}, received ${received(event)}`);
  }
  const answer =
    event.requestContext.http.method === 'DELETE'
      ? removeCustomer(event.pathParameters, subscriptions)
      : registerCustomer(readJsonBody(event), subscriptions);
  return answer.catch(answerRefusal);
}

/** `POST /customers` → e-mails about a customer's own orders; `DELETE /customers/{email_id}` → no more of them. */
export const handler = middy(customers).use(injectLambdaContext(logger)).use(problemOnError());
