import { describe, expect, test } from 'vitest';
import { functionArn, openKeptStorage, openTestSns, queueArn } from './open-test-sns.ts';

function openTopic(name = 'events') {
  const opened = openTestSns();
  const topicArn = opened.sns.topics.create(name, name.endsWith('.fifo') ? { FifoTopic: 'true' } : {}).arn;
  return { ...opened, topicArn };
}

describe('Subscribe', () => {
  test('returns the existing subscription if its attributes are equal', () => {
    const { subscribe, topicArn } = openTopic();
    const attributes = { FilterPolicy: '{"a": ["b"]}', RawMessageDelivery: 'true' };
    const first = subscribe(topicArn, queueArn('q'), attributes);
    expect(subscribe(topicArn, queueArn('q'), attributes)).toBe(first);
    expect(subscribe(topicArn, queueArn('q'))).toBe(first);
    expect(subscribe(topicArn, queueArn('q'), { FilterPolicy: '{"a":["b"]}' })).toBe(first);
    expect(() => subscribe(topicArn, queueArn('q'), { FilterPolicy: '{"a":["c"]}' })).toThrow(
      'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    );
  });

  test.each([
    ['sms', '+15550100', 'delivers only to sqs, lambda, http, https, email, email-json, received sms'],
    ['application', 'arn:aws:sns:us-east-1:000000000000:endpoint/x', 'delivers only to'],
    ['firehose', 'arn:aws:firehose:us-east-1:000000000000:deliverystream/x', 'delivers only to'],
    [
      'http',
      'http://example.com/hook',
      'only to this machine (127.0.0.1, localhost, [::1]), received example.com',
    ],
    ['http', 'http://127.0.0.1@example.com/', 'received example.com'],
    ['http', 'http://127.0.0.2/', 'this machine'],
    ['https', 'http://localhost/', 'must match the specified protocol'],
    ['http', 'localhost', 'must match the specified protocol'],
    ['sqs', 'http://127.0.0.1:4566/000000000000/q', 'SQS endpoint ARN'],
    ['sqs', queueArn('q.fifo'), 'FIFO SQS Queues can not be subscribed to standard SNS topics'],
    ['lambda', 'mailer', 'Lambda endpoint ARN'],
    ['email', 'jane', 'Email address'],
  ])('refuses the %s endpoint %s', (protocol, endpoint, reason) => {
    const { sns, subscribe, topicArn } = openTopic();
    expect(() => subscribe(topicArn, endpoint, {}, protocol)).toThrow(reason);
    expect([...sns.subscriptions.all()]).toEqual([]);
  });

  test.each([
    ['sqs', queueArn('q'), { Color: 'red' }, 'received Color'],
    ['sqs', queueArn('q'), { ReplayPolicy: '{"PointType":"Timestamp"}' }, 'received ReplayPolicy'],
    ['sqs', queueArn('q'), { RawMessageDelivery: 'yes' }, 'Invalid value [yes]'],
    ['lambda', functionArn('f'), { RawMessageDelivery: 'true' }, '[lambda] does not support raw'],
    ['sqs', queueArn('q'), { FilterPolicy: '{' }, 'FilterPolicy: failed to parse JSON'],
    ['sqs', queueArn('q'), { FilterPolicyScope: 'Body' }, 'FilterPolicyScope: Invalid value [Body]'],
    ['sqs', queueArn('q'), { RedrivePolicy: '{}x' }, 'RedrivePolicy: deadLetterTargetArn'],
    [
      'sqs',
      queueArn('q'),
      { RedrivePolicy: `{"deadLetterTargetArn":"${queueArn('d.fifo')}"}` },
      'standard queue',
    ],
  ])('refuses an attribute of a %s subscription: %s %j', (protocol, endpoint, attributes, reason) => {
    const { sns, subscribe, topicArn } = openTopic();
    expect(() => subscribe(topicArn, endpoint, attributes as Record<string, string>, protocol)).toThrow(
      expect.objectContaining({ code: 'InvalidParameter', message: expect.stringContaining(reason) }),
    );
    expect([...sns.subscriptions.all()]).toEqual([]);
  });

  test('of a FIFO topic accepts only queues', () => {
    const { subscribe, topicArn } = openTopic('events.fifo');
    expect(subscribe(topicArn, queueArn('q.fifo')).arn).toMatch(`${topicArn}:`);
    expect(subscribe(topicArn, queueArn('q')).arn).toMatch(`${topicArn}:`);
    expect(() => subscribe(topicArn, 'jane@example.com', {}, 'email')).toThrow(
      'FIFO topics deliver only to sqs',
    );
  });
});

describe('SetSubscriptionAttributes', () => {
  test('replaces a filter policy, and removes it with an empty one', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    const { arn } = subscribe(topicArn, queueArn('q'), { FilterPolicy: '{"a":["b"]}' });
    const publish = () => sns.publish({ topicArn, message: 'm' });
    publish();
    expect(take('q')).toEqual([]);
    sns.subscriptions.setAttribute(arn, 'FilterPolicy', '{}');
    publish();
    expect(take('q')).toHaveLength(1);
    sns.subscriptions.setAttribute(arn, 'FilterPolicy', '{"a":[{"exists":false}]}');
    publish();
    expect(take('q')).toHaveLength(1);
  });

  test('refuses what Subscribe refuses and changes nothing', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    const { arn } = subscribe(topicArn, queueArn('q'), { FilterPolicy: '{"a":["b"]}' });
    expect(() => sns.subscriptions.setAttribute(arn, 'FilterPolicy', '{"a":"b"}')).toThrow(
      'Invalid parameter: FilterPolicy: "a" must be an object or an array',
    );
    expect(() => sns.subscriptions.setAttribute(arn, 'Endpoint', 'x')).toThrow('received Endpoint');
    sns.publish({ topicArn, message: 'm', attributes: { a: { DataType: 'String', StringValue: 'b' } } });
    expect(take('q')).toHaveLength(1);
  });

  test('refuses the scope MessageAttributes for a nested policy', () => {
    const { sns, subscribe, topicArn } = openTopic();
    const attributes = { FilterPolicy: '{"a":{"b":["c"]}}', FilterPolicyScope: 'MessageBody' };
    const { arn } = subscribe(topicArn, queueArn('q'), attributes);
    expect(() => sns.subscriptions.setAttribute(arn, 'FilterPolicyScope', 'MessageAttributes')).toThrow(
      'does not support nested filter policy',
    );
  });
});

describe('Unsubscribe', () => {
  test('ends deliveries and can be repeated', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    const { arn } = subscribe(topicArn, queueArn('q'));
    sns.subscriptions.unsubscribe(arn);
    sns.subscriptions.unsubscribe(arn);
    sns.publish({ topicArn, message: 'm' });
    expect(take('q')).toEqual([]);
    expect(() => sns.subscriptions.require(arn)).toThrow('Subscription does not exist');
    expect(() => sns.subscriptions.unsubscribe('PendingConfirmation')).toThrow(
      'An ARN must have at least 6 elements',
    );
  });
});

test('topics and subscriptions are the same after a restart, and deleted ones stay deleted', () => {
  const storage = openKeptStorage();
  const first = openTestSns(storage);
  const topic = first.sns.topics.create('events', { DisplayName: 'Events' }, { team: 'orders' });
  const other = first.sns.topics.create('other');
  const kept = first.subscribe(topic.arn, queueArn('q'), { FilterPolicy: '{"a":["b"]}' });
  const ended = first.subscribe(topic.arn, queueArn('ended'));
  first.subscribe(other.arn, queueArn('q'));
  first.sns.subscriptions.unsubscribe(ended.arn);
  first.sns.deleteTopic(other.arn);

  const second = openTestSns(storage);
  expect([...second.sns.topics.list()].map(({ arn }) => arn)).toEqual([topic.arn]);
  expect(second.sns.topics.require(topic.arn)).toMatchObject({
    attributes: { DisplayName: 'Events' },
    tags: { team: 'orders' },
  });
  expect([...second.sns.subscriptions.all()].map(({ arn }) => arn)).toEqual([kept.arn]);
  second.sns.publish({ topicArn: topic.arn, message: 'filtered' });
  expect(second.take('q')).toEqual([]);
});
