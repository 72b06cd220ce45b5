import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { PublishBatchCommand, PublishCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { startTestServices } from './start-test-services.ts';

interface S3Event {
  Event?: string;
  Records?: {
    eventName: string;
    s3: { object: { key: string; size: number; eTag: string; sequencer: string } };
  }[];
}

async function startWithBucket(notification: { events?: string[]; prefix?: string; suffix?: string } = {}) {
  const cloud = await startTestServices();
  const { topicArn, queueUrl } = await cloud.createTopicWithQueue('uploads');
  await cloud.s3.send(new CreateBucketCommand({ Bucket: 'uploads' }));
  const topic = { topicArn, events: ['s3:ObjectCreated:*'], ...notification };
  await cloud.services.putBucketNotification('uploads', [topic]);
  const put = (Key: string, Body: string | Buffer = 'x') =>
    cloud.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
  return { ...cloud, topicArn, queueUrl, put };
}

describe('bucket notifications', () => {
  test('send one test event when they are configured', async () => {
    const { readAll, queueUrl } = await startWithBucket();
    expect(await readAll(queueUrl)).toEqual([
      {
        Service: 'Amazon S3',
        Event: 's3:TestEvent',
        Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        Bucket: 'uploads',
        RequestId: expect.any(String),
        HostId: expect.any(String),
      },
    ]);
  });

  test("report a created object in S3's format, with an encoded key", async () => {
    const { put, readAll, receive, queueUrl } = await startWithBucket();
    await receive(queueUrl);
    const { ETag } = await put('a b+c/ü %&.json', 'twelve bytes');
    expect(await readAll(queueUrl)).toEqual([
      {
        Records: [
          {
            eventVersion: '2.1',
            eventSource: 'aws:s3',
            awsRegion: 'us-east-1',
            eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
            eventName: 'ObjectCreated:Put',
            userIdentity: { principalId: expect.any(String) },
            requestParameters: { sourceIPAddress: '127.0.0.1' },
            responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: expect.any(String),
              bucket: {
                name: 'uploads',
                ownerIdentity: { principalId: expect.any(String) },
                arn: 'arn:aws:s3:::uploads',
              },
              object: {
                key: 'a+b%2Bc/%C3%BC+%25%26.json',
                size: 12,
                eTag: ETag?.replaceAll('"', ''),
                sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
              },
            },
          },
        ],
      },
    ]);
  });

  test('report a copy, a multipart upload and a form post once each, with increasing sequencers', async () => {
    const { services, s3, put, readAll, receive, queueUrl } = await startWithBucket();
    await receive(queueUrl);
    const Bucket = 'uploads';
    await put('put');
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'uploads/put' }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'multipart' }));
    const part = { Bucket, Key: 'multipart', UploadId };
    const { ETag } = await s3.send(new UploadPartCommand({ ...part, PartNumber: 1, Body: 'part' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload }));
    const form = new FormData();
    form.set('key', 'post');
    form.set('file', new Blob(['posted']));
    expect((await fetch(`${services.endpoint}/uploads`, { method: 'POST', body: form })).status).toBe(204);

    const records = (await readAll<S3Event>(queueUrl)).flatMap(({ Records = [] }) => Records);
    expect(records.map(({ eventName, s3 }) => [eventName, s3.object.key, s3.object.size])).toEqual([
      ['ObjectCreated:Put', 'put', 1],
      ['ObjectCreated:Copy', 'copy', 1],
      ['ObjectCreated:CompleteMultipartUpload', 'multipart', 4],
      ['ObjectCreated:Post', 'post', 6],
    ]);
    const sequencers = records.map(({ s3 }) => s3.object.sequencer);
    expect(sequencers).toEqual(sequencers.toSorted());
  });

  test.each([
    [{ events: ['s3:ObjectCreated:Copy'] }, []],
    [{ events: ['s3:ObjectCreated:Put', 's3:ObjectCreated:Copy'] }, ['in/a.json', 'in/b.csv', 'out/a.json']],
    [{ prefix: 'in/' }, ['in/a.json', 'in/b.csv']],
    [{ prefix: 'in/', suffix: '.json' }, ['in/a.json']],
  ])('with %j report puts of %j', async (notification, keys) => {
    const { put, readAll, queueUrl } = await startWithBucket(notification);
    for (const key of ['in/a.json', 'in/b.csv', 'out/a.json']) await put(key);
    const events = await readAll<S3Event>(queueUrl);
    expect(events.flatMap(({ Records = [] }) => Records).map(({ s3 }) => s3.object.key)).toEqual(keys);
  });

  test('apply the attributes of the subscription', async () => {
    const { services, s3, createTopicWithQueue, readAll, receive } = await startTestServices();
    const { topicArn, queueUrl } = await createTopicWithQueue('uploads', { RawMessageDelivery: 'false' });
    await s3.send(new CreateBucketCommand({ Bucket: 'uploads' }));
    await services.putBucketNotification('uploads', [{ topicArn, events: ['s3:ObjectCreated:*'] }]);
    await receive(queueUrl);
    await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'k', Body: '' }));
    const [envelope] = await readAll<{ Subject: string; Message: string }>(queueUrl);
    expect(envelope?.Subject).toBe('Amazon S3 Notification');
    expect(JSON.parse(envelope?.Message ?? '')).toHaveProperty('Records');
  });

  test('are refused for an unknown bucket or topic', async () => {
    const { services, topicArn } = await startWithBucket();
    const events = ['s3:ObjectCreated:*'];
    await expect(services.putBucketNotification('nowhere', [{ topicArn, events }])).rejects.toMatchObject({
      code: 'NoSuchBucket',
    });
    const unknown = { topicArn: `${topicArn}-not`, events };
    await expect(services.putBucketNotification('uploads', [unknown])).rejects.toMatchObject({
      code: 'NotFound',
    });
  });

  test('report an object above 11 MiB that was stored with one PutObject', async () => {
    const { s3, put, readAll, queueUrl } = await startWithBucket();
    const size = 20 * 2 ** 20;
    await put('big', Buffer.alloc(size, 'b'));
    const [, event] = await readAll<S3Event>(queueUrl);
    expect(event?.Records?.[0]?.s3.object.size).toBe(size);
    const { ContentLength, Body } = await s3.send(new GetObjectCommand({ Bucket: 'uploads', Key: 'big' }));
    expect(ContentLength).toBe(size);
    expect((await Body?.transformToByteArray())?.every((byte) => byte === 0x62)).toBe(true);
  });
});

const confirmedTo = (email_id: string) => ({
  event: { DataType: 'String', StringValue: 'OrderConfirmed' },
  email_id: { DataType: 'String', StringValue: email_id },
});

const confirmation = (order_id: string) =>
  JSON.stringify({
    default: 'confirmed',
    email: `Dear customer, ${order_id} & <co> is on its way`,
    sqs: JSON.stringify({ event: 'OrderConfirmed', order: { order_id } }),
  });

describe('messages per protocol', () => {
  test('give queues the sqs text or the default, and deliver unstructured messages unchanged', async () => {
    const { sns, createTopicWithQueue, receive } = await startTestServices();
    const { topicArn: TopicArn, queueUrl } = await createTopicWithQueue('events');
    const publish = (Message: string, MessageStructure?: string) =>
      sns.send(new PublishCommand({ TopicArn, Message, ...(MessageStructure && { MessageStructure }) }));
    await publish('{"default":"for all","sqs":"for queues"}', 'json');
    await publish('{"default":"for all","email":"for people"}', 'json');
    await publish('{"default":"for all","sqs":{"not":"a string"}}', 'json');
    await publish('{"default":"as it is"}');
    const bodies = (await receive(queueUrl)).map(({ Body }) => Body);
    expect(bodies).toEqual(['for queues', 'for all', 'for all', '{"default":"as it is"}']);
  });

  test('are refused if they are not JSON or have no default', async () => {
    const { sns, createTopicWithQueue, countVisible } = await startTestServices();
    const { topicArn: TopicArn, queueUrl } = await createTopicWithQueue('events');
    for (const Message of ['not JSON', '{"sqs":"alone"}', '{"default":7}', 'null', '[]']) {
      const refused = sns.send(new PublishCommand({ TopicArn, Message, MessageStructure: 'json' }));
      await expect(refused).rejects.toMatchObject({ name: 'InvalidParameterException' });
    }
    expect(await countVisible(queueUrl)).toBe(0);
  });

  test('fail individually in a batch, and the other entries are published with their attributes', async () => {
    const { sns, createTopicWithQueue, receive } = await startTestServices();
    const { topicArn: TopicArn, queueUrl } = await createTopicWithQueue('events', {
      FilterPolicy: '{"event":["OrderConfirmed"]}',
    });
    const MessageAttributes = confirmedTo('jane@example.com');
    const MessageStructure = 'json';
    const { Successful, Failed } = await sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: 'good', Message: confirmation('o-1'), MessageStructure, MessageAttributes },
          { Id: 'broken', Message: '{', MessageStructure, MessageAttributes },
          { Id: 'headless', Message: '{"sqs":"x"}', MessageStructure, MessageAttributes },
          { Id: 'filtered', Message: confirmation('o-2'), MessageStructure },
          { Id: 'plain', Message: '{"default":"plain"}', MessageAttributes },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good', 'filtered', 'plain']);
    expect(new Set(Successful?.map(({ MessageId }) => MessageId)).size).toBe(3);
    expect(Failed).toEqual([
      {
        Id: 'broken',
        Code: 'InvalidParameter',
        Message: expect.stringContaining('failed to parse'),
        SenderFault: true,
      },
      {
        Id: 'headless',
        Code: 'InvalidParameter',
        Message: expect.stringContaining('No default'),
        SenderFault: true,
      },
    ]);
    const received = await receive(queueUrl);
    expect(received.map(({ Body }) => Body)).toEqual([
      '{"event":"OrderConfirmed","order":{"order_id":"o-1"}}',
      '{"default":"plain"}',
    ]);
    expect(received[0]?.MessageAttributes).toEqual(MessageAttributes);
  });

  test.each([
    ['EmptyBatchRequestException', []],
    [
      'TooManyEntriesInBatchRequestException',
      Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, Message: 'm' })),
    ],
    ['BatchRequestTooLongException', ['a', 'b'].map((Id) => ({ Id, Message: 'm'.repeat(131_073) }))],
    ['BatchEntryIdsNotDistinctException', ['a', 'a'].map((Id) => ({ Id, Message: 'm' }))],
    ['InvalidBatchEntryIdException', [{ Id: 'no spaces', Message: 'm' }]],
  ])('are refused as a whole batch with %s', async (name, PublishBatchRequestEntries) => {
    const { sns, createTopicWithQueue, countVisible } = await startTestServices();
    const { topicArn: TopicArn, queueUrl } = await createTopicWithQueue('events');
    const refused = sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    await expect(refused).rejects.toMatchObject({ name });
    expect(await countVisible(queueUrl)).toBe(0);
  });

  test('are refused with NotFound for an unknown topic, alone and in a batch', async () => {
    const { sns } = await startTestServices();
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:nowhere';
    const batch = { TopicArn, PublishBatchRequestEntries: [{ Id: 'a', Message: 'm' }] };
    await expect(sns.send(new PublishCommand({ TopicArn, Message: 'm' }))).rejects.toThrow('does not exist');
    await expect(sns.send(new PublishBatchCommand(batch))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });
});

describe('the mailbox', () => {
  test('receives one mail for each accepted confirmation and none for other messages', async () => {
    const { services, sns, createQueue, createTopicWithQueue, readAll } = await startTestServices();
    const { topicArn: TopicArn } = await createTopicWithQueue('events');
    const MessageStructure = 'json';
    const jane = confirmedTo('jane@example.com');
    const shipped = { ...jane, event: { DataType: 'String', StringValue: 'OrderShipped' } };
    const Subject = 'Order <1> & confirmed';
    await sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: '1', Subject, Message: confirmation('o-1'), MessageStructure, MessageAttributes: jane },
          { Id: '2', Message: '{"sqs":"no default"}', MessageStructure, MessageAttributes: jane },
          { Id: '3', Message: confirmation('o-3'), MessageStructure, MessageAttributes: shipped },
          { Id: '4', Message: confirmation('o-4'), MessageStructure },
        ],
      }),
    );
    await sns.send(
      new PublishCommand({
        TopicArn,
        Message: 'just text',
        MessageAttributes: confirmedTo('li@example.com'),
      }),
    );
    const mailboxUrl = await createQueue('mailbox');
    expect(await readAll(mailboxUrl)).toEqual([
      {
        email_id: 'jane@example.com',
        subject: Subject,
        message: 'Dear customer, o-1 & <co> is on its way',
        order_id: 'o-1',
      },
      { email_id: 'li@example.com', message: 'just text' },
    ]);
    expect(await services.counts()).toMatchObject({ mails: 2, orders: 1 });
  });

  test('counts a repeated confirmation as another mail, but not as another order', async () => {
    const { services, sns, createTopicWithQueue } = await startTestServices();
    const { topicArn: TopicArn } = await createTopicWithQueue('events');
    for (const orderId of ['o-1', 'o-2', 'o-1']) {
      const MessageAttributes = confirmedTo('jane@example.com');
      const Message = confirmation(orderId);
      await sns.send(new PublishCommand({ TopicArn, Message, MessageStructure: 'json', MessageAttributes }));
    }
    expect(await services.counts()).toMatchObject({ mails: 3, orders: 2 });
  });
});
