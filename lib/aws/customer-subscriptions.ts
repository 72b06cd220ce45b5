import {
  paginateListSubscriptionsByTopic,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { ServiceError, withServiceErrors } from '../errors.ts';

/** Customers' e-mail subscriptions to the order events topic. Methods throw `ServiceError`. */
export interface CustomerSubscriptions {
  /**
   * Subscribes an address to the confirmations of its own orders. Again: to one who has not confirmed it SNS sends its
   * request once more; otherwise nothing happens.
   *
   * @param emailId in lower case; orders match it in any case
   * @returns `pending` until the customer has confirmed SNS's request
   */
  subscribe(emailId: string): Promise<'pending' | 'subscribed'>;
  /**
   * Ends every e-mail subscription of an address to the topic, however its endpoint is spelt and whoever made it.
   *
   * @param emailId in lower case
   * @returns how many were ended, and how many are not confirmed yet, which SNS can only let lapse
   */
  unsubscribe(emailId: string): Promise<{ ended: number; pending: number }>;
}

/** Stands in a list for the ARN of a subscription that is not confirmed; for that of one just ended, `Deleted` may. */
const PENDING = 'PendingConfirmation';

/** @param topicArn ARN of the order events topic */
export function createCustomerSubscriptions(client: SNSClient, topicArn: string): CustomerSubscriptions {
  /** SNS knows a subscription by its ARN only, so all have to be read: 100 to a page, 30 pages a second. */
  async function findSubscriptionArns(emailId: string): Promise<string[]> {
    const arns: string[] = [];
    for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
      { client },
      { TopicArn: topicArn },
    )) {
      for (const { Protocol, Endpoint, SubscriptionArn = '' } of Subscriptions) {
        if (Protocol === 'email' && Endpoint?.toLowerCase() === emailId) arns.push(SubscriptionArn);
      }
    }
    return arns;
  }

  async function end(arn: string): Promise<void> {
    try {
      await withServiceErrors('Unsubscribe', client.send(new UnsubscribeCommand({ SubscriptionArn: arn })));
    } catch (thrown) {
      // Ended by the customer, or by another request, since it was listed.
      if (!(thrown instanceof ServiceError && thrown.code === 'NotFoundException')) throw thrown;
    }
  }

  return {
    async subscribe(emailId) {
      const command = new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'email',
        Endpoint: emailId,
        Attributes: { FilterPolicy: JSON.stringify({ email_id: [{ 'equals-ignore-case': emailId }] }) },
      });
      const { SubscriptionArn } = await withServiceErrors('Subscribe', client.send(command));
      // "The ARN of the subscription if it is confirmed, or the string "pending confirmation"", unless
      // ReturnSubscriptionArn is asked for: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
      return SubscriptionArn?.startsWith('arn:') ? 'subscribed' : 'pending';
    },

    async unsubscribe(emailId) {
      const found = await withServiceErrors('ListSubscriptionsByTopic', findSubscriptionArns(emailId));
      const confirmed = found.filter((arn) => arn.startsWith('arn:'));
      for (const arn of confirmed) await end(arn);
      return { ended: confirmed.length, pending: found.filter((arn) => arn === PENDING).length };
    },
  };
}
