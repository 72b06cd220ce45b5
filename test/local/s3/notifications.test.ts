import { beforeEach, expect, test } from 'vitest';
import { createTestS3, TOPIC, textsOf } from './create-test-s3.ts';

let test3: Awaited<ReturnType<typeof createTestS3>>;
beforeEach(async () => {
  test3 = await createTestS3();
});

const records = () =>
  test3.published.flatMap(
    ({ message }) => (JSON.parse(message) as { Records?: Record<string, unknown>[] }).Records ?? [],
  );
const FORM =
  '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nposted\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--';

test('sends a test event when the configuration is set', () => {
  test3.s3.setBucketNotification('orders', [{ topicArn: TOPIC, events: ['s3:ObjectCreated:*'] }]);
  expect(test3.published).toEqual([
    { topicArn: TOPIC, subject: 'Amazon S3 Notification', message: expect.any(String) },
  ]);
  expect(JSON.parse(test3.published[0]?.message ?? '')).toMatchObject({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Bucket: 'orders',
  });
});

test('refuses the configuration of a missing bucket', () => {
  expect(() => test3.s3.setBucketNotification('nowhere', [])).toThrow(
    expect.objectContaining({ code: 'NoSuchBucket', status: 404 }),
  );
});

test('publishes one event for each created object, before the request is answered', async () => {
  const { send, s3 } = test3;
  s3.setBucketNotification('orders', [{ topicArn: TOPIC, events: ['s3:ObjectCreated:*'] }]);
  const put = await send('PUT /orders/a%20b%2B%C3%BC/%26', { body: 'abc' });
  await send('PUT /orders/copied', { headers: { 'x-amz-copy-source': '/orders/a%20b%2B%C3%BC/%26' } });
  await send('POST /orders', { headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: FORM });
  const uploadId = textsOf((await send('POST /orders/large?uploads')).body, 'UploadId')[0];
  const part = await send(`PUT /orders/large?partNumber=1&uploadId=${uploadId}`, { body: 'part' });
  await send(`POST /orders/large?uploadId=${uploadId}`, {
    body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
  });
  // Neither of these creates an object.
  await send('PUT /orders/a?tagging', { body: '<Tagging><TagSet></TagSet></Tagging>' });
  await send('PUT /orders/refused', { headers: { 'content-md5': 'x' } });
  await send('DELETE /orders/copied');
  expect(
    records().map(({ eventName, s3 }) => {
      const { object } = s3 as { object: { key: string; size: number } };
      return [eventName, object.key, object.size];
    }),
  ).toEqual([
    ['ObjectCreated:Put', 'a+b%2B%C3%BC/%26', 3],
    ['ObjectCreated:Copy', 'copied', 3],
    ['ObjectCreated:Post', 'posted', 1],
    ['ObjectCreated:CompleteMultipartUpload', 'large', 4],
  ]);
  expect(records()[0]).toMatchObject({
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': 'request-1', 'x-amz-id-2': put.headers['x-amz-id-2'] },
    s3: {
      configurationId: TOPIC,
      bucket: { name: 'orders', arn: 'arn:aws:s3:::orders' },
      object: { eTag: put.headers.etag?.replaceAll('"', '') },
    },
  });
});

test('has a greater sequencer for each later event', async () => {
  const { send, s3 } = test3;
  s3.setBucketNotification('orders', [{ topicArn: TOPIC, events: ['s3:ObjectCreated:*'] }]);
  for (let count = 0; count < 20; count++) await send('PUT /orders/k');
  const sequencers = records().map(
    (record) => (record.s3 as { object: { sequencer: string } }).object.sequencer,
  );
  expect(new Set(sequencers).size).toBe(20);
  expect(sequencers).toEqual(sequencers.toSorted());
});

test('publishes only the events that a configuration names, and none to a deleted topic', async () => {
  const { send, s3, topics, published } = test3;
  const [puts, copies] = ['arn:puts', 'arn:copies'];
  for (const topic of [puts, copies]) topics.add(topic);
  s3.setBucketNotification('orders', [
    { topicArn: puts, events: ['s3:ObjectCreated:Put'], prefix: 'in/', suffix: '.csv' },
    { topicArn: copies, events: ['s3:ObjectCreated:Copy'] },
  ]);
  published.length = 0;
  for (const key of ['in/a.csv', 'in/a.json', 'out/a.csv']) await send(`PUT /orders/${key}`);
  await send('PUT /orders/k', { headers: { 'x-amz-copy-source': 'orders/in/a.csv' } });
  expect(published.map(({ topicArn }) => topicArn)).toEqual([puts, copies]);
  topics.delete(puts);
  await send('PUT /orders/in/b.csv');
  expect(published).toHaveLength(2);
});

test('is configured over HTTP, and forgotten with its bucket', async () => {
  const { send, published } = test3;
  const put = (xml: string) =>
    send('PUT /orders?notification', {
      body: `<NotificationConfiguration>${xml}</NotificationConfiguration>`,
    });
  const topic = `<Id>new-files</Id><Topic>${TOPIC}</Topic><Event>s3:ObjectCreated:Put</Event>`;
  const filter =
    '<Filter><S3Key><FilterRule><Name>Prefix</Name><Value>in/</Value></FilterRule></S3Key></Filter>';
  expect((await put(`<TopicConfiguration>${topic}${filter}</TopicConfiguration>`)).status).toBe(200);
  expect((await send('GET /orders?notification')).body).toContain(
    `<TopicConfiguration>${topic}${filter}</TopicConfiguration>`,
  );
  for (const key of ['in/a', 'out/a']) await send(`PUT /orders/${key}`);
  expect(records()).toMatchObject([{ s3: { configurationId: 'new-files', object: { key: 'in/a' } } }]);
  for (const [xml, code] of [
    ['<QueueConfiguration></QueueConfiguration>', 'NotImplemented'],
    [
      `<TopicConfiguration><Topic>${TOPIC}</Topic><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>`,
      'NotImplemented',
    ],
    [
      '<TopicConfiguration><Topic>arn:none</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>',
      'InvalidArgument',
    ],
    [`<TopicConfiguration><Topic>${TOPIC}</Topic></TopicConfiguration>`, 'MalformedXML'],
  ] as const) {
    expect((await put(xml)).code).toBe(code);
  }
  expect((await send('GET /orders?notification')).body).toContain(topic);
  for (const key of ['in/a', 'out/a']) await send(`DELETE /orders/${key}`);
  await send('DELETE /orders');
  await send('PUT /orders');
  published.length = 0;
  await send('PUT /orders/in/a');
  expect(published).toEqual([]);
});
