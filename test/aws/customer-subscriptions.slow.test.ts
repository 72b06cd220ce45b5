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

describe('customer subscriptions', () => {
  test('subscribe an address with one request and a filter policy that matches any spelling', async () => {
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
  ])('map the response "%s" of Subscribe to %s', async (SubscriptionArn, status) => {
    intercept(clients.sns, SubscribeCommand, async () => ({ SubscriptionArn, $metadata: {} }));
    expect(await subscriptions.subscribe('jane@example.com')).toBe(status);
  });

  test('unsubscribe every spelling of an address, but not queues or other addresses', async () => {
    for (const Endpoint of ['Jane@example.com', 'jane@EXAMPLE.com', 'not.jane@example.com']) {
      await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint }));
    }
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 2, pending: 0 });
    expect(await endpoints()).toEqual([expect.stringMatching(/^arn:aws:sqs:/), 'not.jane@example.com']);
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 0, pending: 0 });
  });

  test('do not unsubscribe an address from another topic', async () => {
    const { TopicArn: other = '' } = await clients.sns.send(new CreateTopicCommand({ Name: randomUUID() }));
    const there = createCustomerSubscriptions(clients.sns, other);
    await there.subscribe('jane@example.com');
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 0, pending: 0 });
    expect(await there.unsubscribe('jane@example.com')).toEqual({ ended: 1, pending: 0 });
  });

  test.each([
    ['PendingConfirmation', { ended: 0, pending: 1 }],
    ['Deleted', { ended: 0, pending: 0 }],
  ])('do not call Unsubscribe for a subscription that is listed as %s', async (arn, outcome) => {
    intercept(clients.sns, ListSubscriptionsByTopicCommand, async () => listed(arn));
    const unsubscribes = intercept(clients.sns, UnsubscribeCommand);
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual(outcome);
    expect(unsubscribes).toEqual([]);
  });

  test('count a subscription as ended if the customer ends it concurrently', async () => {
    await subscriptions.subscribe('jane@example.com');
    intercept(clients.sns, UnsubscribeCommand, async () => {
      throw sdkError('NotFoundException');
    });
    expect(await subscriptions.unsubscribe('jane@example.com')).toEqual({ ended: 1, pending: 0 });
  });
});

describe('errors of customer subscriptions', () => {
  test.each([
    'FilterPolicyLimitExceededException',
    'SubscriptionLimitExceededException',
    'ThrottledException',
  ])('keep the code %s of Subscribe', async (code) => {
    intercept(clients.sns, SubscribeCommand, async () => {
      throw sdkError(code);
    });
    const refused = subscriptions.subscribe('jane@example.com');
    await expect(refused).rejects.toMatchObject({ name: 'ServiceError', code });
    await expect(refused).rejects.not.toThrow('jane');
  });

  test('name the operation that failed, Unsubscribe or a later page of ListSubscriptionsByTopic', async () => {
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

  test('have the code NotFoundException if the topic does not exist', async () => {
    const nowhere = createCustomerSubscriptions(clients.sns, 'arn:aws:sns:us-east-1:000000000000:nowhere');
    await expect(nowhere.subscribe('jane@example.com')).rejects.toMatchObject({ code: 'NotFoundException' });
  });
});
