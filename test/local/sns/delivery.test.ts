import { describe, expect, test } from 'vitest';
import type { MessageAttribute } from '../../../local/sqs/message.ts';
import { functionArn, notificationIn, openTestSns, queueArn } from './open-test-sns.ts';

const ATTRIBUTES = {
  event: { DataType: 'String', StringValue: 'OrderConfirmed' },
  blob: { DataType: 'Binary', BinaryValue: 'AP8=' },
};
const RAW = { RawMessageDelivery: 'true' };
const withDeadLetters = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }) };

function openTopic() {
  const opened = openTestSns();
  const topicArn = opened.sns.topics.create('events').arn;
  return { ...opened, topicArn };
}

describe('a queue', () => {
  test('receives a JSON notification with the message attributes', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    const { arn } = subscribe(topicArn, queueArn('q'));
    const { messageId } = sns.publish({ topicArn, message: 'm', subject: 's', attributes: ATTRIBUTES });
    const [message] = take('q');
    expect(message?.attributes).toBe(undefined);
    expect(notificationIn(message)).toEqual({
      Type: 'Notification',
      MessageId: messageId,
      TopicArn: topicArn,
      Subject: 's',
      Message: 'm',
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:4566\/.+\.pem$/),
      UnsubscribeURL: expect.stringContaining(`Action=Unsubscribe&SubscriptionArn=${arn}`),
      MessageAttributes: {
        event: { Type: 'String', Value: 'OrderConfirmed' },
        blob: { Type: 'Binary', Value: 'AP8=' },
      },
    });
  });

  test('with raw delivery receives the text as body, and the attributes as those of the SQS message', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, queueArn('q'), RAW);
    sns.publish({ topicArn, message: 'm', subject: 's', attributes: ATTRIBUTES });
    expect(take('q')).toMatchObject([{ body: 'm', attributes: ATTRIBUTES }]);
  });

  test("receives the publisher's group and trace header", () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, queueArn('q'));
    sns.publish({ topicArn, message: 'm', groupId: 'tenant', traceHeader: 'Root=1-2-3' });
    expect(take('q')).toMatchObject([{ groupId: 'tenant', traceHeader: 'Root=1-2-3' }]);
  });

  test('receives only messages that its filter policy accepts', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, queueArn('q'), { ...RAW, FilterPolicy: '{"event":["OrderConfirmed"]}' });
    sns.publish({ topicArn, message: 'no attributes' });
    sns.publish({ topicArn, message: 'confirmed', attributes: ATTRIBUTES });
    expect(take('q').map(({ body }) => body)).toEqual(['confirmed']);
  });
});

describe('a function', () => {
  test("receives SNS's event", async () => {
    const { sns, subscribe, invocations, topicArn } = openTopic();
    const { arn } = subscribe(topicArn, `${functionArn('mailer')}:live`, {}, 'lambda');
    sns.publish({ topicArn, message: 'm', attributes: ATTRIBUTES, groupId: 'tenant' });
    await sns.settled();
    expect(invocations).toMatchObject([{ name: 'mailer', type: 'Event' }]);
    expect(invocations[0]?.payload).toEqual({
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: arn,
          Sns: expect.objectContaining({
            Type: 'Notification',
            TopicArn: topicArn,
            Subject: null,
            Message: 'm',
            MessageAttributes: {
              event: { Type: 'String', Value: 'OrderConfirmed' },
              blob: { Type: 'Binary', Value: 'AP8=' },
            },
          }),
        },
      ],
    });
  });
});

describe('the dead-letter queue of a subscription', () => {
  test('receives the message of a queue that does not exist', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, queueArn('missing'), { ...RAW, ...withDeadLetters });
    sns.publish({ topicArn, message: 'm', attributes: ATTRIBUTES, groupId: 'tenant' });
    expect(take('dead')).toMatchObject([{ body: 'm', attributes: ATTRIBUTES, groupId: 'tenant' }]);
  });

  test('receives the message of a function that does not exist', async () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, functionArn('missing'), withDeadLetters, 'lambda');
    sns.publish({ topicArn, message: 'm', attributes: ATTRIBUTES });
    await sns.settled();
    const [message] = take('dead');
    expect(notificationIn(message)).toMatchObject({
      Message: 'm',
      MessageAttributes: { event: { Value: 'OrderConfirmed' } },
    });
  });

  test.each<[string, string, Record<string, MessageAttribute>]>([
    [
      'more than ten attributes',
      'm',
      Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, ATTRIBUTES.event])),
    ],
    ['a character that queues refuse', 'bell \u0007', {}],
    ['an empty text for queues', '{"default":"","sqs":""}', {}],
  ])('receives a raw message with %s, as JSON', (_name, message, attributes) => {
    const { sns, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, queueArn('q'), { ...RAW, ...withDeadLetters });
    const messageStructure = message.startsWith('{') ? 'json' : undefined;
    sns.publish({ topicArn, message, attributes, messageStructure });
    expect(take('q')).toEqual([]);
    const [dead] = take('dead');
    expect(notificationIn(dead).Message).toBe(messageStructure ? '' : message);
    expect(Object.keys(notificationIn(dead).MessageAttributes ?? {})).toEqual(Object.keys(attributes));
  });

  test('receives no delivered message, and without it an undeliverable message is lost', () => {
    const { sns, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, queueArn('q'), withDeadLetters);
    subscribe(topicArn, queueArn('missing'));
    sns.publish({ topicArn, message: 'm' });
    expect(take('q')).toHaveLength(1);
    expect(take('dead')).toEqual([]);
  });
});
