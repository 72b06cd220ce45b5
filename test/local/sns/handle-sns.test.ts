import { describe, expect, test } from 'vitest';
import type { ServiceResponse } from '../../../local/aws-services/service.ts';
import { createSnsService } from '../../../local/sns/handle-sns.ts';
import { notificationIn, openTestSns, queueArn } from './open-test-sns.ts';

const REQUEST_ID = '00000000-0000-0000-0000-000000000001';

function open() {
  const opened = openTestSns();
  const service = createSnsService(opened.sns);
  const request = (method: string, form: string, headers = {}): ServiceResponse =>
    service({
      method,
      path: '/',
      query: new URLSearchParams(method === 'GET' ? form : ''),
      headers,
      body: Buffer.from(method === 'GET' ? '' : form),
      sourceIp: '127.0.0.1',
      requestId: REQUEST_ID,
      signal: new AbortController().signal,
    }) as ServiceResponse;
  const call = (parameters: Record<string, string>, headers = {}) =>
    request('POST', new URLSearchParams(parameters).toString(), headers);
  const topicArn = opened.sns.topics.create('events').arn;
  return { ...opened, call, request, topicArn };
}

/** Returns the text of the first element with a name. */
const textIn = (answer: ServiceResponse, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(String(answer.body))?.[1] ?? '';

/** Returns the texts of all elements with a name. */
const textsIn = (answer: ServiceResponse, name: string): string[] =>
  Array.from(
    String(answer.body).matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g')),
    ([, text = '']) => text,
  );

describe("SNS's query protocol", () => {
  test('answers with XML that names the action and the request', () => {
    const { call, topicArn } = open();
    expect(call({ Action: 'CreateTopic', Name: 'events' })).toEqual({
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body:
        '<CreateTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><CreateTopicResult>' +
        `<TopicArn>${topicArn}</TopicArn></CreateTopicResult><ResponseMetadata><RequestId>${REQUEST_ID}</RequestId>` +
        '</ResponseMetadata></CreateTopicResponse>',
    });
  });

  test('answers an error with its code, status and escaped text', () => {
    const { call, topicArn } = open();
    const answer = call({ Action: 'Subscribe', TopicArn: topicArn, Protocol: '<sms>', Endpoint: '1' });
    expect(answer.status).toBe(400);
    expect(textIn(answer, 'Code')).toBe('InvalidParameter');
    expect(textIn(answer, 'Type')).toBe('Sender');
    expect(textIn(answer, 'RequestId')).toBe(REQUEST_ID);
    expect(textIn(answer, 'Message')).toMatch('received &lt;sms&gt;');
    expect(call({ Action: 'GetTopicAttributes', TopicArn: `${topicArn}x` })).toMatchObject({ status: 404 });
    expect(textIn(call({ Action: 'TagResource', ResourceArn: `${topicArn}x` }), 'Code')).toBe(
      'ResourceNotFound',
    );
  });

  test.each([['CreatePlatformApplication'], ['__proto__'], ['']])('refuses the action "%s"', (Action) => {
    const answer = open().call({ Action });
    expect(answer.status).toBe(400);
    expect(textIn(answer, 'Code')).toBe('InvalidAction');
  });

  test('refuses an absent parameter', () => {
    const answer = open().call({ Action: 'Publish', Message: 'm' });
    expect(textIn(answer, 'Message')).toBe(
      'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
    );
  });

  test('accepts the links of notifications, which are GET requests', () => {
    const { request, subscribe, sns, take, topicArn } = open();
    const { arn } = subscribe(topicArn, queueArn('q'));
    sns.publish({ topicArn, message: 'm' });
    const { UnsubscribeURL } = notificationIn(take('q')[0]);
    expect(request('GET', new URL(UnsubscribeURL).search)).toMatchObject({ status: 200 });
    expect(() => sns.subscriptions.require(arn)).toThrow('does not exist');
  });

  test('reads attributes of messages and the trace header', () => {
    const { call, subscribe, take, topicArn } = open();
    subscribe(topicArn, queueArn('q'), { RawMessageDelivery: 'true' });
    const attribute = 'MessageAttributes.entry.1';
    call(
      {
        Action: 'Publish',
        TopicArn: topicArn,
        Message: 'a & b = ü\r\n',
        MessageGroupId: 'g',
        [`${attribute}.Name`]: '__proto__',
        [`${attribute}.Value.DataType`]: 'String',
        [`${attribute}.Value.StringValue`]: 'x',
      },
      { 'x-amzn-trace-id': 'Root=1-2-3' },
    );
    const [message] = take('q');
    expect(message).toMatchObject({ body: 'a & b = ü\r\n', groupId: 'g', traceHeader: 'Root=1-2-3' });
    expect(Object.entries(message?.attributes ?? {})).toEqual([
      ['__proto__', { DataType: 'String', StringValue: 'x' }],
    ]);
  });

  test('answers PublishBatch with successful and failed entries', () => {
    const { call, topicArn } = open();
    const answer = call({
      Action: 'PublishBatch',
      TopicArn: topicArn,
      'PublishBatchRequestEntries.member.1.Id': 'good',
      'PublishBatchRequestEntries.member.1.Message': 'm',
      'PublishBatchRequestEntries.member.2.Id': 'bad',
      'PublishBatchRequestEntries.member.2.Message': '',
    });
    const xml = String(answer.body);
    expect(xml).toMatch(
      /<Successful><member><Id>good<\/Id><MessageId>[0-9a-f-]{36}<\/MessageId><\/member><\/Successful>/,
    );
    expect(xml).toMatch(
      '<Failed><member><Id>bad</Id><Code>InvalidParameter</Code><Message>Invalid parameter: Empty message</Message>' +
        '<SenderFault>true</SenderFault></member></Failed>',
    );
  });

  test('lists pages of 100 that miss nothing when items are deleted between them', () => {
    const { call, subscribe, sns, topicArn } = open();
    const arns = Array.from({ length: 250 }, (_, index) => subscribe(topicArn, queueArn(`q${index}`)).arn);
    const first = call({ Action: 'ListSubscriptionsByTopic', TopicArn: topicArn });
    for (const arn of arns.slice(50, 150)) sns.subscriptions.unsubscribe(arn);
    const NextToken = textIn(first, 'NextToken');
    const second = call({ Action: 'ListSubscriptionsByTopic', TopicArn: topicArn, NextToken });
    expect(textsIn(first, 'SubscriptionArn')).toEqual(arns.slice(0, 100));
    expect(textsIn(second, 'SubscriptionArn')).toEqual(arns.slice(150));
    expect(textIn(second, 'NextToken')).toBe('');
    expect(textIn(call({ Action: 'ListTopics', NextToken: 'x' }), 'Code')).toBe('InvalidParameter');
  });

  test('hides the ARN of a subscription until it is confirmed, unless the client asks for it', async () => {
    const { call, sns, topicArn } = open();
    const subscribe = {
      Action: 'Subscribe',
      TopicArn: topicArn,
      Protocol: 'http',
      Endpoint: 'http://127.0.0.1:1/',
    };
    expect(textIn(call(subscribe), 'SubscriptionArn')).toBe('pending confirmation');
    const SubscriptionArn = textIn(call({ ...subscribe, ReturnSubscriptionArn: 'true' }), 'SubscriptionArn');
    expect(SubscriptionArn).toMatch(`${topicArn}:`);
    const listed = call({ Action: 'ListSubscriptions' });
    expect(textsIn(listed, 'SubscriptionArn')).toEqual(['PendingConfirmation']);

    const { token: Token = '' } = sns.subscriptions.require(SubscriptionArn);
    const confirm = { Action: 'ConfirmSubscription', TopicArn: topicArn };
    expect(textIn(call({ ...confirm, Token: 'x' }), 'Code')).toBe('InvalidParameter');
    expect(textIn(call({ ...confirm, Token }), 'SubscriptionArn')).toBe(SubscriptionArn);
    expect(textIn(call({ ...confirm, Token }), 'SubscriptionArn')).toBe(SubscriptionArn);
    expect(textIn(call(subscribe), 'SubscriptionArn')).toBe(SubscriptionArn);
    await sns.stop();
  });
});

describe('topics', () => {
  const attribute = (name: string, value: string) => ({
    'Attributes.entry.1.key': name,
    'Attributes.entry.1.value': value,
  });
  const create = (Name: string, parameters = {}) => ({ Action: 'CreateTopic', Name, ...parameters });

  test.each([
    [create('with space'), 'Topic Name'],
    [create('x'.repeat(257)), 'Topic Name'],
    [create('a.fifo'), 'Topic Name'],
    [create('a', attribute('FifoTopic', 'true')), 'Fifo Topic names must end with .fifo'],
    [create('a', attribute('Color', 'red')), 'received Color'],
    [create('a', attribute('ContentBasedDeduplication', 'true')), 'received ContentBasedDeduplication'],
    [create('a', attribute('MaximumMessageSize', '1023')), 'MaximumMessageSize: Invalid value [1023]'],
    [create('a', attribute('Policy', 'none')), 'Policy: Invalid value [none]'],
    [create('events', attribute('DisplayName', 'x')), 'Topic already exists with different attributes'],
    [create('a', { 'Tags.member.1.Key': 'aws:x', 'Tags.member.1.Value': '' }), 'received aws:x'],
  ])('are refused: %j', (parameters, reason) => {
    const { call, sns } = open();
    const answer = call(parameters);
    expect(textIn(answer, 'Code')).toBe('InvalidParameter');
    expect(textIn(answer, 'Message')).toMatch(reason);
    expect([...sns.topics.list()]).toHaveLength(1);
  });

  test('have attributes, including the numbers of confirmed and pending subscriptions', async () => {
    const { call, subscribe, sns, topicArn } = open();
    call({
      Action: 'SetTopicAttributes',
      TopicArn: topicArn,
      AttributeName: 'DisplayName',
      AttributeValue: '<&>',
    });
    subscribe(topicArn, queueArn('q'));
    subscribe(topicArn, 'http://localhost:1/', {}, 'http');
    const answer = String(call({ Action: 'GetTopicAttributes', TopicArn: topicArn }).body);
    expect(answer).toMatch('<key>DisplayName</key><value>&lt;&amp;&gt;</value>');
    expect(answer).toMatch('<key>SubscriptionsConfirmed</key><value>1</value>');
    expect(answer).toMatch('<key>SubscriptionsPending</key><value>1</value>');
    await sns.stop();
  });

  test('have up to 50 tags', () => {
    const { call, topicArn } = open();
    const tags = Object.fromEntries(
      Array.from({ length: 51 }, (_, index) => [`Tags.member.${index + 1}.Key`, `k${index}`]),
    );
    expect(textIn(call({ Action: 'TagResource', ResourceArn: topicArn, ...tags }), 'Code')).toBe(
      'TagLimitExceeded',
    );
    call({
      Action: 'TagResource',
      ResourceArn: topicArn,
      'Tags.member.1.Key': 'a',
      'Tags.member.2.Key': 'b',
    });
    call({ Action: 'UntagResource', ResourceArn: topicArn, 'TagKeys.member.1': 'a' });
    expect(textsIn(call({ Action: 'ListTagsForResource', ResourceArn: topicArn }), 'Key')).toEqual(['b']);
  });

  test('have a policy that AddPermission and RemovePermission change', () => {
    const { call, topicArn } = open();
    const permission = { TopicArn: topicArn, Label: 'partner' };
    const add = {
      Action: 'AddPermission',
      ...permission,
      'AWSAccountId.member.1': '111122223333',
      'ActionName.member.1': 'Publish',
    };
    const policy = () => String(call({ Action: 'GetTopicAttributes', TopicArn: topicArn }).body);
    expect(call(add).status).toBe(200);
    expect(policy()).toMatch('arn:aws:iam::111122223333:root');
    expect(textIn(call(add), 'Message')).toMatch('Statement already exists');
    expect(textIn(call({ ...add, Label: 'x', 'ActionName.member.1': 'Fly' }), 'Message')).toMatch(
      'Received Fly',
    );
    expect(call({ Action: 'RemovePermission', ...permission }).status).toBe(200);
    expect(policy()).not.toMatch('111122223333');
    expect(textIn(call({ Action: 'RemovePermission', ...permission }), 'Code')).toBe('NotFound');
  });
});
