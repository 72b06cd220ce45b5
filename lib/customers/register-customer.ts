import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { CustomerSubscriptions } from '../aws/customer-subscriptions.ts';
import { json } from '../http/problem.ts';
import { logger } from '../observability/logger.ts';
import { readEmailId } from './read-email-id.ts';

/**
 * Subscribes a customer's address to the confirmations of its orders. Again: the same answer, and nothing changes.
 *
 * @param body `{ email_id }`
 * @returns 202 `{ email_id, status }`: `pending` until the customer has confirmed SNS's request, then `subscribed`
 * @throws InvalidInputError, ServiceError
 */
export async function registerCustomer(
  body: unknown,
  subscriptions: CustomerSubscriptions,
): Promise<APIGatewayProxyStructuredResultV2> {
  const email_id = readEmailId(body);
  const status = await subscriptions.subscribe(email_id);
  logger.info('customer registered', { status });
  return json(202, { email_id, status });
}
