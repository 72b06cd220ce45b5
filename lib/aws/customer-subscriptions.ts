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
   * Subscribes an address to the confirmations of its own orders. Subscribing it again changes nothing, but while the
   * subscription is pending SNS sends its confirmation request again.
   *
   * @param emailId Address in lower case. It matches the addresses of orders regardless of case.
   * @returns `pending` until the customer has confirmed SNS's request.
   */
  subscribe(emailId: string): Promise<'pending' | 'subscribed'>;
  /**
   * Ends all e-mail subscriptions of an address to the topic, in any spelling and of any origin.
   *
   * @param emailId Address in lower case.
   * @returns Number of subscriptions that were ended, and of pending ones, which cannot be ended: SNS lets them expire.
   */
  unsubscribe(emailId: string): Promise<{ ended: number; pending: number }>;
}

/** SNS lists this instead of the ARN of an unconfirmed subscription, and `Deleted` for one that has just ended. */
const PENDING = 'PendingConfirmation';

/** Creates the subscriptions of the order events topic `topicArn`. */
export function createCustomerSubscriptions(client: SNSClient, topicArn: string): CustomerSubscriptions {
  /** SNS cannot look up a subscription by address, so this reads all of them: 100 a page, 30 pages a second. */
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
      // The customer or another request has ended it since it was listed.
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
      // Without ReturnSubscriptionArn, SNS returns the ARN of a confirmed subscription, else "pending confirmation":
      // https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
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
