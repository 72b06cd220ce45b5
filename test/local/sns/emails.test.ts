import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../lib/json.ts';
import { openKeptStorage, openTestSns } from './open-test-sns.ts';

const REQUEST = 'AWS Notification - Subscription Confirmation';
const onlyOwn = (address: string) => ({ FilterPolicy: JSON.stringify({ email_id: [address] }) });

function open(storage = openKeptStorage()) {
  const { sns, subscribe, mails } = openTestSns(storage);
  const topicArn = sns.topics.create('events').arn;

  const subscribeEmail = (address: string, attributes = {}, protocol = 'email'): string =>
    subscribe(topicArn, address, attributes, protocol).arn;

  const publishTo = (address: string, orderId: string, event = 'OrderConfirmed') =>
    sns.publish({
      topicArn,
      subject: `${event} ${orderId}`,
      messageStructure: 'json',
      message: JSON.stringify({ default: 'd', sqs: JSON.stringify({ order: { order_id: orderId } }) }),
      attributes: {
        event: { DataType: 'String', StringValue: event },
        email_id: { DataType: 'String', StringValue: address },
      },
    });

  /** Returns the addresses and subjects of the mails since the last call. */
  function read(): string[] {
    const rows = mails.splice(0).map(({ body }) => parseJson(body) as { email_id: string; subject: string });
    return rows.map(({ email_id, subject }) => `${email_id}: ${subject}`).sort();
  }
  const unsubscribe = (arn: string) => sns.subscriptions.unsubscribe(arn);
  return { sns, topicArn, subscribe: subscribeEmail, unsubscribe, publishTo, read, mails };
}

describe('an e-mail subscription', () => {
  test('sends one confirmation request and is confirmed immediately', () => {
    const { subscribe, read, topicArn } = open();
    const arn = subscribe('jane@example.com', onlyOwn('jane@example.com'));
    expect(arn).toMatch(`${topicArn}:`);
    expect(subscribe('jane@example.com', onlyOwn('jane@example.com'))).toBe(arn);
    expect(read()).toEqual([`jane@example.com: ${REQUEST}`]);
  });

  test('does not duplicate the mails of a customer who received mails without a subscription', () => {
    const { subscribe, publishTo, read } = open();
    publishTo('jane@example.com', 'o-1');
    subscribe('jane@example.com', onlyOwn('jane@example.com'));
    publishTo('jane@example.com', 'o-2');
    expect(read()).toEqual([
      `jane@example.com: ${REQUEST}`,
      'jane@example.com: OrderConfirmed o-1',
      'jane@example.com: OrderConfirmed o-2',
    ]);
  });

  test('that was removed stops mails to the customer, in any spelling, until a new one is created', () => {
    const { subscribe, unsubscribe, publishTo, read } = open();
    unsubscribe(subscribe('jane@example.com', onlyOwn('jane@example.com')));
    read();
    publishTo('jane@example.com', 'o-1');
    publishTo('Jane@Example.com', 'o-2');
    publishTo('li@example.com', 'o-3');
    expect(read()).toEqual(['li@example.com: OrderConfirmed o-3']);
    subscribe('jane@example.com', onlyOwn('jane@example.com'));
    read();
    publishTo('jane@example.com', 'o-4');
    expect(read()).toEqual(['jane@example.com: OrderConfirmed o-4']);
  });

  test('applies its filter policy, also after a change', () => {
    const { sns, subscribe, publishTo, read } = open();
    const arn = subscribe('jane@example.com', onlyOwn('Jane@example.com'));
    read();
    publishTo('jane@example.com', 'o-1');
    publishTo('Jane@example.com', 'o-2');
    expect(read()).toEqual(['jane@example.com: OrderConfirmed o-2']);
    sns.subscriptions.setAttribute(arn, 'FilterPolicy', '{"event":["OrderShipped"]}');
    publishTo('li@example.com', 'o-3', 'OrderShipped');
    publishTo('jane@example.com', 'o-4');
    expect(read()).toEqual(['jane@example.com: OrderShipped o-3']);
  });

  test('without a filter policy receives every message once, and customers still receive theirs', () => {
    const { subscribe, publishTo, read } = open();
    subscribe('ops@example.com');
    read();
    publishTo('jane@example.com', 'o-1');
    publishTo('ops@example.com', 'o-2');
    publishTo('jane@example.com', 'o-3', 'OrderShipped');
    expect(read()).toEqual([
      'jane@example.com: OrderConfirmed o-1',
      'ops@example.com: OrderConfirmed o-1',
      'ops@example.com: OrderConfirmed o-2',
      'ops@example.com: OrderShipped o-3',
    ]);
  });

  test('with scope MessageBody filters by the text for queues', () => {
    const { subscribe, publishTo, read } = open();
    const FilterPolicy = JSON.stringify({ order: { order_id: [{ prefix: 'big-' }] } });
    subscribe('ops@example.com', { FilterPolicy, FilterPolicyScope: 'MessageBody' });
    read();
    publishTo('jane@example.com', 'o-1', 'OrderShipped');
    publishTo('jane@example.com', 'big-2', 'OrderShipped');
    expect(read()).toEqual(['ops@example.com: OrderShipped big-2']);
  });

  test('of protocol email-json receives the JSON notification', () => {
    const { sns, subscribe, mails, topicArn } = open();
    subscribe('ops@example.com', {}, 'email-json');
    mails.splice(0);
    sns.publish({ topicArn, message: 'm', subject: 's' });
    const [mail] = mails.map(({ body }) => JSON.parse(body));
    expect(mail).toMatchObject({ email_id: 'ops@example.com', subject: 's' });
    expect(JSON.parse(mail.message)).toMatchObject({ Type: 'Notification', Message: 'm' });
  });

  test('is removed with its topic', () => {
    const { sns, subscribe, publishTo, read, topicArn } = open();
    subscribe('ops@example.com');
    sns.deleteTopic(topicArn);
    sns.topics.create('events');
    read();
    publishTo('jane@example.com', 'o-1');
    expect(read()).toEqual(['jane@example.com: OrderConfirmed o-1']);
  });
});

test('a restart keeps subscribed and unsubscribed customers', () => {
  const storage = openKeptStorage();
  const first = open(storage);
  const jane = first.subscribe('jane@example.com', onlyOwn('jane@example.com'));
  first.unsubscribe(first.subscribe('li@example.com', onlyOwn('li@example.com')));
  first.unsubscribe(first.subscribe('max@example.com', onlyOwn('max@example.com')));
  first.subscribe('max@example.com', onlyOwn('max@example.com'));

  const second = open(storage);
  expect(second.subscribe('jane@example.com', onlyOwn('jane@example.com'))).toBe(jane);
  for (const name of ['jane', 'li', 'max', 'new']) second.publishTo(`${name}@example.com`, 'o-1');
  expect(second.read()).toEqual([
    'jane@example.com: OrderConfirmed o-1',
    'max@example.com: OrderConfirmed o-1',
    'new@example.com: OrderConfirmed o-1',
  ]);
});
