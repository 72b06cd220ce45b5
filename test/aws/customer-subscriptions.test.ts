import { randomUUID } from 'node:crypto';
import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type CustomerSubscriptions,
  createCustomerSubscriptions,
} from '../../lib/aws/customer-subscriptions.ts';
import { type AwsServices, startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients } from '../local/start-test-services.ts';
import { intercept, sdkError } from './intercept.ts';

let services: AwsServices;
let clients: ReturnType<typeof connectClients>;
let TopicArn: string;
let subscriptions: CustomerSubscriptions;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
  clients = connectClients(services.endpoint);
});
afterAll(() => services.stop());
beforeEach(async () => {
  ({ topicArn: TopicArn } = await clients.createTopicWithQueue(randomUUID()));
  subscriptions = createCustomerSubscriptions(clients.sns, TopicArn);
});

async function endpoints(): Promise<(string | undefined)[]> {
  const { Subscriptions = [] } = await clients.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  return Subscriptions.map(({ Endpoint }) => Endpoint).sort();
}

const listed = (SubscriptionArn: string) => ({
  Subscriptions: [{ Protocol: 'email', Endpoint: 'jane@example.com', SubscriptionArn }],
  $metadata: {},
});

describe('an address', () => {
  test('is subscribed in one request, with a filter that takes its orders in any spelling', async () => {
    const requests = intercept(clients.sns, SubscribeCommand);
    expect(await subscriptions.subscribe('jane@example.com')).toBe('subscribed');
    expect(requests).toEqual([
      {
        TopicArn,
        Protocol: 'email',
        Endpoint: 'jane@example.com',
        Attributes: { FilterPolicy: '{"email_id":[{"equals-ignore-case":"jane@example.com"}]}' },
      },
    ]);
  });

  test.each([
    ['arn:aws:sns:us-east-1:000000000000:events:1', 'subscribed'],
    ['pending confirmation', 'pending'],
  ])('for which SNS answers "%s" is %s', async (SubscriptionArn, status) => {
    intercept(clients.sns, SubscribeCommand, async () => ({ SubscriptionArn, $metadata: {} }));
    expect(await subscriptions.subscribe('jane@example.com')).toBe(status);
  });

  test('is unsubscribed in every spelling, while queues and other addresses stay', async () => {
    for (const Endpoint of ['Jane@example.com', 'jane@EXAMPLE.com', 'not.jane@example.com']) {
      await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint }));
    }
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 2, pending: 0 });
    expect(await endpoints()).toEqual([expect.stringMatching(/^arn:aws:sqs:/), 'not.jane@example.com']);
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 0, pending: 0 });
  });

  test('of another topic stays', async () => {
    const { TopicArn: other = '' } = await clients.sns.send(new CreateTopicCommand({ Name: randomUUID() }));
    const there = createCustomerSubscriptions(clients.sns, other);
    await there.subscribe('jane@example.com');
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 0, pending: 0 });
    expect(await there.unsubscribe('jane@example.com')).toEqual({ ended: 1, pending: 0 });
  });

  test.each([
    ['PendingConfirmation', { ended: 0, pending: 1 }],
    ['Deleted', { ended: 0, pending: 0 }],
  ])('that is listed as %s is left alone', async (arn, outcome) => {
    intercept(clients.sns, ListSubscriptionsByTopicCommand, async () => listed(arn));
    const unsubscribes = intercept(clients.sns, UnsubscribeCommand);
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual(outcome);
    expect(unsubscribes).toEqual([]);
  });

  test('that the customer unsubscribes at the same moment counts as ended', async () => {
    await subscriptions.subscribe('jane@example.com');
    intercept(clients.sns, UnsubscribeCommand, async () => {
      throw sdkError('NotFoundException');
    });
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 1, pending: 0 });
  });
});

describe('an error', () => {
  test.each([
    'FilterPolicyLimitExceededException',
    'SubscriptionLimitExceededException',
    'ThrottledException',
  ])('%s of Subscribe keeps its code', async (code) => {
    intercept(clients.sns, SubscribeCommand, async () => {
      throw sdkError(code);
    });
    const refused = subscriptions.subscribe('jane@example.com');
    await expect(refused).rejects.toMatchObject({ name: 'ServiceError', code });
    await expect(refused).rejects.not.toThrow('jane');
  });

  test('of a later page, or of Unsubscribe, ends the work with the operation that failed', async () => {
    await subscriptions.subscribe('jane@example.com');
    intercept(clients.sns, UnsubscribeCommand, async () => {
      throw sdkError('InternalErrorException');
    });
    await expect(subscriptions.unsubscribe('jane@example.com')).rejects.toThrow(
      'Unsubscribe: InternalErrorException: injected',
    );
    intercept(clients.sns, ListSubscriptionsByTopicCommand, async ({ NextToken }) => {
      if (NextToken) throw sdkError('ThrottledException');
      return { ...listed('PendingConfirmation'), NextToken: 'next' };
    });
    await expect(subscriptions.unsubscribe('jane@example.com')).rejects.toThrow(
      'ListSubscriptionsByTopic: ThrottledException: injected',
    );
  });

  test('for want of a topic names that', async () => {
    const nowhere = createCustomerSubscriptions(clients.sns, 'arn:aws:sns:us-east-1:000000000000:nowhere');
    await expect(nowhere.subscribe('jane@example.com')).rejects.toMatchObject({ code: 'NotFoundException' });
  });
});
