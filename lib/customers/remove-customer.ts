import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { CustomerSubscriptions } from '../aws/customer-subscriptions.ts';
import { json } from '../http/problem.ts';
import { logger } from '../observability/logger.ts';
import { readEmailId } from './read-email-id.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html */
const LAPSES =
  'SNS cannot end what the customer has not confirmed: nothing is sent to them, and it ends by itself 48 hours after the request. Should they confirm it until then, end it again.';

/**
 * Ends the confirmations to a customer's address.
 *
 * @param pathParameters `{ email_id }`, decoded
 * @returns 204, also where there was nothing to end; 202 `{ email_id, status: "pending", detail }` where SNS cannot end
 *   it yet
 * @throws InvalidInputError, ServiceError
 */
export async function removeCustomer(
  pathParameters: unknown,
  subscriptions: CustomerSubscriptions,
): Promise<APIGatewayProxyStructuredResultV2> {
  const email_id = readEmailId(pathParameters);
  const { ended, pending } = await subscriptions.unsubscribe(email_id);
  logger.info('customer removed', { ended, pending });
  return pending > 0 ? json(202, { email_id, status: 'pending', detail: LAPSES }) : { statusCode: 204 };
}
