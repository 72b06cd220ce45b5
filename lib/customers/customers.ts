import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { CustomerSubscriptions } from '../aws/customer-subscriptions.ts';
import { InvalidInputError, ServiceError } from '../errors.ts';
import { json, problem } from '../http/problem.ts';
import { logger } from '../observability/logger.ts';
import { parseOrderField } from '../order/order.ts';

/**
 * Subscribes a customer's address to the confirmations of its orders. Idempotent.
 *
 * @param body `{ email_id }`.
 * @returns 202 `{ email_id, status }`: `pending` until the customer has confirmed SNS's request, then `subscribed`.
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

/** https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html */
const STILL_PENDING =
  'The customer has not confirmed the subscription, and SNS cannot end it before that. It sends no order e-mails and expires 48 hours after the request. If the customer confirms it before then, send DELETE again.';

/**
 * Ends the e-mails to a customer's address.
 *
 * @param pathParameters `{ email_id }`, decoded.
 * @returns 204, also if there was no subscription; 202 `{ email_id, status: "pending", detail }` if SNS cannot end it yet.
 * @throws InvalidInputError, ServiceError
 */
export async function removeCustomer(
  pathParameters: unknown,
  subscriptions: CustomerSubscriptions,
): Promise<APIGatewayProxyStructuredResultV2> {
  const email_id = readEmailId(pathParameters);
  const { ended, pending } = await subscriptions.unsubscribe(email_id);
  logger.info('customer removed', { ended, pending });
  return pending > 0
    ? json(202, { email_id, status: 'pending', detail: STILL_PENDING })
    : { statusCode: 204 };
}

/**
 * Reads the `email_id` of a request, by the same rule as an order's. Other fields are ignored.
 *
 * API Gateway has decoded path parameters already. A doubly encoded address is rejected, because the rule allows no `%`.
 *
 * @returns The address in lower case. Mail providers deliver all spellings to one mailbox, but SNS would have a subscription,
 *   and send an e-mail, for each.
 * @throws InvalidInputError
 */
export function readEmailId(input: unknown): string {
  const { email_id } = Object(input) as { email_id?: unknown };
  const parsed = parseOrderField('email_id', email_id);
  if (parsed.ok) return parsed.text.toLowerCase();
  throw new InvalidInputError(parsed.message);
}

const RAISE_QUOTA = 'A retry does not help until the quota is raised: see docs/customers.md.';

/** Errors of SNS that the caller or the operator can resolve. */
const REFUSALS: { says: RegExp; status: 400 | 409 | 503; detail: string }[] = [
  {
    says: /FilterPolicyLimitExceeded/,
    status: 503,
    detail: `The customer cannot be registered: the SNS quota of filter policies is reached for this topic (default 200) or account (10,000). ${RAISE_QUOTA}`,
  },
  {
    says: /SubscriptionLimitExceeded/,
    status: 503,
    detail: `The customer cannot be registered: the SNS quota of subscriptions is reached for this topic. ${RAISE_QUOTA}`,
  },
  {
    says: /already exists with different attributes/,
    status: 409,
    detail:
      'email_id: already subscribed with another filter policy. End that subscription with DELETE /customers/{email_id}, then register again.',
  },
  {
    says: /Invalid parameter: Email address/,
    status: 400,
    detail: 'email_id: SNS does not accept this e-mail address.',
  },
];

/**
 * Converts an error of SNS that the caller or the operator can resolve to an HTTP response.
 *
 * @throws Any other error, unchanged.
 */
export function refusalResponse(error: unknown): APIGatewayProxyStructuredResultV2 {
  if (!(error instanceof ServiceError)) throw error;
  const refusal = REFUSALS.find(({ says }) => says.test(error.message));
  if (!refusal) throw error;
  const { status, detail } = refusal;
  logger.warn('customer refused', { status, reason: error.code });
  return problem(status, detail);
}
