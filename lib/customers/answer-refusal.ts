import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { ServiceError } from '../aws/service-error.ts';
import { problem } from '../http/problem.ts';
import { logger } from '../observability/logger.ts';

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
