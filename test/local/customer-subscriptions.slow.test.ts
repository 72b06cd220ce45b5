import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AwsServicesOptions } from '../../local/aws-services/start-aws-services.ts';
import { startTestServices } from './start-test-services.ts';

const REQUEST = 'AWS Notification - Subscription Confirmation';
const onlyOwn = (address: string) => JSON.stringify({ email_id: [address] });

/** Starts the services with a topic and a mailbox, for plain SNS clients. */
async function start(options: Partial<AwsServicesOptions> = {}) {
  const cloud = await startTestServices(options);
  const { sns } = cloud;
  const { topicArn: TopicArn } = await cloud.createTopicWithQueue('events');
  const mailboxUrl = await cloud.createQueue('mailbox');

  async function subscribe(Endpoint: string, FilterPolicy?: string, attributes = {}): Promise<string> {
    const Attributes = { ...(FilterPolicy && { FilterPolicy }), ...attributes };
    const command = new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint, Attributes });
    return (await sns.send(command)).SubscriptionArn ?? '';
  }
  const unsubscribe = (SubscriptionArn: string) => sns.send(new UnsubscribeCommand({ SubscriptionArn }));

  const publishTo = (email_id: string, order_id: string, event = 'OrderConfirmed') =>
    sns.send(
      new PublishCommand({
        TopicArn,
        Subject: `${event} ${order_id}`,
        MessageStructure: 'json',
        Message: JSON.stringify({ default: 'd', sqs: JSON.stringify({ order: { order_id } }) }),
        MessageAttributes: {
          event: { DataType: 'String', StringValue: event },
          email_id: { DataType: 'String', StringValue: email_id },
        },
      }),
    );

  /** Receives all mails and returns their addresses and subjects. */
  async function readMailbox(): Promise<string[]> {
    const mails = await cloud.readAll<{ email_id: string; subject: string }>(mailboxUrl);
    return mails.map(({ email_id, subject }) => `${email_id}: ${subject}`).sort();
  }
  return { ...cloud, TopicArn, mailboxUrl, subscribe, unsubscribe, publishTo, readMailbox };
}

async function createDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'customer-subscriptions-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  return dataDir;
}

describe('an e-mail subscription', () => {
  test('sends one confirmation request to the mailbox and is confirmed immediately', async () => {
    const { subscribe, readAll, mailboxUrl, TopicArn } = await start();
    const arn = await subscribe('jane@example.com', onlyOwn('jane@example.com'));
    expect(arn).toMatch(`${TopicArn}:`);
    expect(await subscribe('jane@example.com', onlyOwn('jane@example.com'))).toBe(arn);
    expect(await readAll(mailboxUrl)).toEqual([
      { email_id: 'jane@example.com', subject: REQUEST, message: expect.stringContaining(TopicArn) },
    ]);
  });

  test('does not duplicate the mails of a customer who received mails without a subscription', async () => {
    const { subscribe, publishTo, readMailbox } = await start();
    await publishTo('jane@example.com', 'o-1');
    await subscribe('jane@example.com', onlyOwn('jane@example.com'));
    await publishTo('jane@example.com', 'o-2');
    expect(await readMailbox()).toEqual([
      `jane@example.com: ${REQUEST}`,
      'jane@example.com: OrderConfirmed o-1',
      'jane@example.com: OrderConfirmed o-2',
    ]);
  });

  test('that was removed stops mails to the customer, in any spelling, until a new one is created', async () => {
    const { subscribe, unsubscribe, publishTo, readMailbox } = await start();
    await unsubscribe(await subscribe('jane@example.com', onlyOwn('jane@example.com')));
    await readMailbox();
    await publishTo('jane@example.com', 'o-1');
    await publishTo('Jane@Example.com', 'o-2');
    await publishTo('li@example.com', 'o-3');
    expect(await readMailbox()).toEqual(['li@example.com: OrderConfirmed o-3']);

    await unsubscribe(await subscribe('jane@example.com', onlyOwn('jane@example.com')));
    await subscribe('jane@example.com', onlyOwn('jane@example.com'));
    await readMailbox();
    await publishTo('jane@example.com', 'o-4');
    expect(await readMailbox()).toEqual(['jane@example.com: OrderConfirmed o-4']);
  });

  test('delivers to its customer only the messages that its filter policy accepts', async () => {
    const { subscribe, publishTo, readMailbox, sns } = await start();
    const arn = await subscribe('jane@example.com', onlyOwn('Jane@example.com'));
    await readMailbox();
    await publishTo('jane@example.com', 'o-1');
    await publishTo('Jane@example.com', 'o-2');
    expect(await readMailbox()).toEqual(['jane@example.com: OrderConfirmed o-2']);

    const AttributeValue =
      '{"email_id":[{"equals-ignore-case":"jane@example.com"}],"event":["OrderShipped"]}';
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: arn,
        AttributeName: 'FilterPolicy',
        AttributeValue,
      }),
    );
    await publishTo('jane@example.com', 'o-3');
    await publishTo('jane@example.com', 'o-4', 'OrderShipped');
    expect(await readMailbox()).toEqual(['jane@example.com: OrderShipped o-4']);
  });

  test('without a filter policy receives every message, and customers still receive theirs', async () => {
    const { subscribe, unsubscribe, publishTo, readMailbox } = await start();
    const arn = await subscribe('ops@example.com');
    await readMailbox();
    await publishTo('jane@example.com', 'o-1');
    await publishTo('ops@example.com', 'o-2');
    await publishTo('jane@example.com', 'o-3', 'OrderShipped');
    expect(await readMailbox()).toEqual([
      'jane@example.com: OrderConfirmed o-1',
      'ops@example.com: OrderConfirmed o-1',
      'ops@example.com: OrderConfirmed o-2',
      'ops@example.com: OrderShipped o-3',
    ]);
    await unsubscribe(arn);
    await publishTo('jane@example.com', 'o-4');
    expect(await readMailbox()).toEqual(['jane@example.com: OrderConfirmed o-4']);
  });

  test('with scope MessageBody filters by the body', async () => {
    const { subscribe, publishTo, readMailbox } = await start();
    const policy = JSON.stringify({ order: { order_id: [{ prefix: 'big-' }] } });
    await subscribe('ops@example.com', policy, { FilterPolicyScope: 'MessageBody' });
    await readMailbox();
    await publishTo('jane@example.com', 'o-1', 'OrderShipped');
    await publishTo('jane@example.com', 'big-2', 'OrderShipped');
    expect(await readMailbox()).toEqual(['ops@example.com: OrderShipped big-2']);
  });

  test('is removed with its topic', async () => {
    const { subscribe, publishTo, readMailbox, sns, TopicArn, createTopicWithQueue } = await start();
    await subscribe('ops@example.com');
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    await createTopicWithQueue('events');
    await readMailbox();
    await publishTo('jane@example.com', 'o-1');
    expect(await readMailbox()).toEqual(['jane@example.com: OrderConfirmed o-1']);
  });
});

describe('counts of confirmations', () => {
  test('include every published confirmation, even to an unsubscribed customer', async () => {
    const { services, subscribe, unsubscribe, publishTo } = await start();
    await subscribe('ops@example.com');
    await unsubscribe(await subscribe('jane@example.com', onlyOwn('jane@example.com')));
    expect(await services.counts()).toMatchObject({ mails: 0, orders: 0 });
    await publishTo('jane@example.com', 'o-1');
    await publishTo('li@example.com', 'o-2');
    await publishTo('li@example.com', 'o-2');
    await publishTo('li@example.com', 'o-2', 'OrderShipped');
    expect(await services.counts()).toMatchObject({ mails: 3, orders: 2 });
  });
});

describe('with a data directory', () => {
  test('a restart keeps subscribed and unsubscribed customers', async () => {
    const dataDir = await createDataDir();
    const first = await start({ dataDir });
    const jane = await first.subscribe('jane@example.com', onlyOwn('jane@example.com'));
    await first.unsubscribe(await first.subscribe('li@example.com', onlyOwn('li@example.com')));
    await first.subscribe('ops@example.com', '{"event":["OrderShipped"]}');
    await first.unsubscribe(await first.subscribe('max@example.com', onlyOwn('max@example.com')));
    await first.subscribe('max@example.com', onlyOwn('max@example.com'));
    await first.services.stop();

    const second = await start({ dataDir });
    expect(await second.services.counts()).toMatchObject({ mails: 0, orders: 0 });
    await second.readMailbox();
    expect(await second.subscribe('jane@example.com', onlyOwn('jane@example.com'))).toBe(jane);
    for (const name of ['jane', 'li', 'max', 'new']) await second.publishTo(`${name}@example.com`, 'o-1');
    await second.publishTo('jane@example.com', 'o-2', 'OrderShipped');
    expect(await second.readMailbox()).toEqual([
      'jane@example.com: OrderConfirmed o-1',
      'jane@example.com: OrderShipped o-2',
      'max@example.com: OrderConfirmed o-1',
      'new@example.com: OrderConfirmed o-1',
      'ops@example.com: OrderShipped o-2',
    ]);
    await second.services.stop();

    const third = await start({ dataDir });
    await third.subscribe('li@example.com', onlyOwn('li@example.com'));
    await third.services.stop();

    const fourth = await start({ dataDir });
    await fourth.readMailbox();
    await fourth.publishTo('li@example.com', 'o-3');
    expect(await fourth.readMailbox()).toEqual(['li@example.com: OrderConfirmed o-3']);
  });
});

test('each of 1,000 customers receives only their own mails, and unsubscribed ones receive none', async () => {
  const { subscribe, unsubscribe, sns, TopicArn, readMailbox, services } = await start();
  const addresses = Array.from({ length: 1_000 }, (_, index) => `customer-${index}@example.com`);
  for (const [index, address] of addresses.entries()) {
    const arn = await subscribe(address, onlyOwn(address));
    if (index % 2 === 1) await unsubscribe(arn);
  }
  await readMailbox();
  for (let first = 0; first < addresses.length; first += 10) {
    const entries = addresses.slice(first, first + 10).map((address, position) => ({
      Id: `${position}`,
      Subject: 'Confirmed',
      Message: 'm',
      MessageAttributes: {
        event: { DataType: 'String', StringValue: 'OrderConfirmed' },
        email_id: { DataType: 'String', StringValue: address },
      },
    }));
    await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
  }
  const expected = addresses.filter((_address, index) => index % 2 === 0);
  expect(await readMailbox()).toEqual(expected.map((address) => `${address}: Confirmed`).sort());
  expect(await services.counts()).toMatchObject({ mails: 1_000 });
});
