import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { CustomerSubscriptions } from '../aws/customer-subscriptions.ts';
import { InvalidInputError, ServiceError } from '../errors.ts';
import { json, problem } from '../http/problem.ts';
import { logger } from '../observability/logger.ts';
import { parseOrderField } from '../order/order.ts';

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

/**
 * Reads whose confirmations a request is about: an object with an `email_id`, by the rule of an order's. Other fields
 * are ignored.
 *
 * Nothing is decoded here: API Gateway has decoded a path's parameters, and no address that the rule takes has a `%`, so
 * what was encoded twice is refused.
 *
 * @returns the address in lower case, since mail providers deliver every spelling of it to one mailbox, and SNS would
 *   have a subscription, and send a mail, for each
 * @throws InvalidInputError
 */
export function readEmailId(input: unknown): string {
  const { email_id } = Object(input) as { email_id?: unknown };
  const parsed = parseOrderField('email_id', email_id);
  if (parsed.ok) return parsed.text.toLowerCase();
  throw new InvalidInputError(parsed.message);
}

const MORE_ROOM =
  'Sending this again does not help before there is room: docs/customers.md tells how to make some.';

/** What SNS refuses for a reason that the caller, or whoever runs this, can do something about. */
const REFUSALS: { says: RegExp; status: 400 | 409 | 503; detail: string }[] = [
  {
    says: /FilterPolicyLimitExceeded/,
    status: 503,
    detail: `No room for another customer: each needs a filter policy, and SNS takes no more of them for this topic (by default 200) or account (10,000). ${MORE_ROOM}`,
  },
  {
    says: /SubscriptionLimitExceeded/,
    status: 503,
    detail: `No room for another customer: SNS takes no more subscriptions. ${MORE_ROOM}`,
  },
  {
    says: /already exists with different attributes/,
    status: 409,
    detail:
      'email_id is subscribed with another filter policy than its own orders: DELETE /customers/{email_id} ends that subscription, then register again.',
  },
  {
    says: /Invalid parameter: Email address/,
    status: 400,
    detail: 'email_id must be an address that SNS sends e-mail to, and SNS refuses this one.',
  },
];

/**
 * The HTTP answer to a subscription that SNS refuses.
 *
 * @throws the error itself where it is none of those
 */
export function answerRefusal(error: unknown): APIGatewayProxyStructuredResultV2 {
  if (!(error instanceof ServiceError)) throw error;
  const refusal = REFUSALS.find(({ says }) => says.test(error.message));
  if (!refusal) throw error;
  const { status, detail } = refusal;
  logger.warn('customer refused', { status, reason: error.code });
  return problem(status, detail);
}
