import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { notificationIn, openTestSns, queueArn } from './open-test-sns.ts';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Starts an endpoint that answers with the given statuses, then with 200. */
async function startEndpoint(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    received.push({ headers: request.headers, body });
    response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1`, received };
}

/** Subscribes the endpoint and confirms the subscription with the token that it received. */
async function subscribe(url: string, received: Received[], attributes = {}) {
  const opened = openTestSns();
  const { sns, take } = opened;
  const topicArn = sns.topics.create('events').arn;
  opened.subscribe(topicArn, url, attributes, 'http');
  await sns.settled();
  const [request] = received.splice(0);
  const confirmation = JSON.parse(request?.body ?? '{}');
  const { arn } = sns.subscriptions.confirm(topicArn, confirmation.Token);
  return { sns, take, topicArn, arn, request, confirmation };
}

const withDeadLetters = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }) };

test('an HTTP endpoint is asked to confirm and receives nothing before it does', async () => {
  const { url, received } = await startEndpoint();
  const { sns, subscribe } = openTestSns();
  const topicArn = sns.topics.create('events').arn;
  subscribe(topicArn, url, {}, 'http');
  sns.publish({ topicArn, message: 'too early' });
  await sns.settled();
  expect(received).toHaveLength(1);
  expect(received[0]?.headers).toMatchObject({
    'content-type': 'text/plain; charset=UTF-8',
    'x-amz-sns-message-type': 'SubscriptionConfirmation',
    'x-amz-sns-topic-arn': topicArn,
  });
  const { Type, Token, SubscribeURL } = JSON.parse(received[0]?.body ?? '{}');
  expect(Type).toBe('SubscriptionConfirmation');
  expect(SubscribeURL).toMatch(`Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${Token}`);
});

test('an HTTP endpoint receives notifications, raw if it asked for that', async () => {
  const { url, received } = await startEndpoint();
  const { sns, topicArn, arn } = await subscribe(url, received);
  const { messageId } = sns.publish({ topicArn, message: 'm', subject: 's' });
  await sns.settled();
  sns.subscriptions.setAttribute(arn, 'RawMessageDelivery', 'true');
  sns.publish({ topicArn, message: 'raw' });
  await sns.settled();

  const [notification, raw] = received;
  expect(JSON.parse(notification?.body ?? '{}')).toMatchObject({
    Type: 'Notification',
    Message: 'm',
    Subject: 's',
  });
  expect(notification?.headers).toMatchObject({
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-subscription-arn': arn,
  });
  expect(notification?.headers).not.toHaveProperty('x-amz-sns-rawdelivery');
  expect(raw).toMatchObject({ body: 'raw', headers: { 'x-amz-sns-rawdelivery': 'true' } });
});

test('a delivery is retried after 429 and 5xx', async () => {
  const { url, received } = await startEndpoint([200, 503, 429]);
  const { sns, topicArn, take } = await subscribe(url, received, withDeadLetters);
  sns.publish({ topicArn, message: 'm' });
  await sns.settled();
  expect(received).toHaveLength(3);
  expect(take('dead')).toEqual([]);
});

test.each([[302], [404]])(
  'a message that an endpoint answers with %i goes to the dead-letter queue',
  async (status) => {
    const { url, received } = await startEndpoint([200, status]);
    const { sns, topicArn, take } = await subscribe(url, received, withDeadLetters);
    sns.publish({ topicArn, message: 'm' });
    await sns.settled();
    expect(received).toHaveLength(1);
    expect(take('dead').map((message) => notificationIn(message).Message)).toEqual(['m']);
  },
);

test('stop gives up deliveries', async () => {
  const { url, received } = await startEndpoint([200, 503, 503, 503, 503]);
  const { sns, topicArn, take } = await subscribe(url, received, withDeadLetters);
  sns.publish({ topicArn, message: 'm' });
  await sns.stop();
  expect(received.length).toBeLessThan(2);
  expect(take('dead')).toEqual([]);
});
