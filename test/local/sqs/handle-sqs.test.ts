import { describe, expect, test } from 'vitest';
import type { QueueAttributes } from '../../../local/sqs/queue-attributes.ts';
import { connect, createQueue, createSqs, ENDPOINT } from './create-sqs.ts';

const QueueUrl = `${ENDPOINT}/000000000000/orders`;
const string = (StringValue: string) => ({ DataType: 'String', StringValue });
const MIB = 1_048_576;

function start(attributes: QueueAttributes = {}) {
  const sqs = createSqs();
  const queue = createQueue(attributes, sqs);
  const { call, ...rest } = connect(sqs);
  /** Calls an action on the queue. */
  const ask = (action: string, input: object = {}) => call(action, { QueueUrl: sqs.urlOf(queue), ...input });
  const send = (input: object) => ask('SendMessage', { MessageBody: 'any', ...input });
  async function receive(input: object = {}): Promise<Record<string, unknown>[]> {
    const { Messages = [] } = await ask('ReceiveMessage', { MaxNumberOfMessages: 10, ...input });
    return Messages as Record<string, unknown>[];
  }
  return { sqs, queue, call, ask, send, receive, ...rest };
}

describe('errors', () => {
  test.each([
    [
      'GetQueueUrl',
      { QueueName: 'none' },
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
      400,
    ],
    [
      'GetQueueUrl',
      { QueueName: 'a/orders' },
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
      400,
    ],
    ['GetQueueUrl', {}, 'MissingRequiredParameterException', 'MissingParameter', 400],
    [
      'DeleteMessage',
      { QueueUrl, ReceiptHandle: 'x' },
      'ReceiptHandleIsInvalid',
      'ReceiptHandleIsInvalid',
      404,
    ],
    [
      'ReceiveMessage',
      { QueueUrl, WaitTimeSeconds: 21 },
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
    ],
    ['ReceiveMessage', { QueueUrl: 5 }, 'InvalidParameterValueException', 'InvalidParameterValue', 400],
    ['Nothing', {}, 'UnknownOperationException', 'InvalidAction', 400],
    ['toString', {}, 'UnknownOperationException', 'InvalidAction', 400],
  ])('of %s with %j have the names of both protocols', async (action, input, type, query, status) => {
    const { call } = start();
    expect(await call(action, input)).toEqual({
      status,
      type: `com.amazonaws.sqs#${type}`,
      query: `${query};Sender`,
      message: expect.stringMatching(/\w/),
    });
  });

  test('report a body that is no JSON object', async () => {
    const { request } = start();
    for (const body of ['{', '[]', 'null']) {
      const answer = await request({ headers: { 'x-amz-target': 'AmazonSQS.ListQueues' }, body });
      expect(answer.status).toBe(400);
      expect(String(answer.body)).toContain('#SerializationException');
    }
  });
});

describe('SendMessage', () => {
  test.each([
    ['an empty body', { MessageBody: '' }, 'MissingParameter'],
    ['no body', { MessageBody: undefined }, 'MissingParameter'],
    ['a control character', { MessageBody: 'a\u0000' }, 'InvalidMessageContents'],
    ['U+FFFF beside an emoji', { MessageBody: '🎉\uFFFF' }, 'InvalidMessageContents'],
    ['half an emoji', { MessageBody: '\uD83C' }, 'InvalidMessageContents'],
    ['a delay of 901 s', { DelaySeconds: 901 }, 'InvalidParameterValue'],
    ['a negative delay', { DelaySeconds: -1 }, 'InvalidParameterValue'],
    ['a delay that is no integer', { DelaySeconds: 1.5 }, 'InvalidParameterValue'],
    ['a deduplication id', { MessageDeduplicationId: '1' }, 'InvalidParameterValue'],
    ['a group id with a space', { MessageGroupId: 'a b' }, 'InvalidParameterValue'],
    ['a group id of 129 characters', { MessageGroupId: 'a'.repeat(129) }, 'InvalidParameterValue'],
    ['more than 1 MiB', { MessageBody: 'a'.repeat(MIB + 1) }, 'InvalidParameterValue'],
    [
      'another system attribute than AWSTraceHeader',
      { MessageSystemAttributes: { SenderId: string('x') } },
      'InvalidParameterValue',
    ],
  ])('refuses %s', async (_case, input, code) => {
    const { send, queue } = start();
    expect(await send(input)).toMatchObject({ query: `${code};Sender` });
    expect(queue.totals.taken).toBe(0);
  });

  const attribute = (name: string, value: object = string('x')) => ({ [name]: value });
  test.each([
    attribute(''),
    attribute('.a'),
    attribute('a.'),
    attribute('a..b'),
    attribute('a b'),
    attribute('AWS.a'),
    attribute('amazon.a'),
    attribute('a'.repeat(257)),
    attribute('a', string('')),
    attribute('a', string('\u0001')),
    attribute('a', { DataType: 'String' }),
    attribute('a', { StringValue: 'x' }),
    attribute('a', { DataType: 'Text', StringValue: 'x' }),
    attribute('a', { DataType: 'Stringent', StringValue: 'x' }),
    attribute('a', { DataType: 'Number', StringValue: 'x' }),
    attribute('a', { DataType: 'Binary', StringValue: 'x' }),
    attribute('a', { DataType: 'String', StringValue: 'x', BinaryValue: 'AA==' }),
    Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, string('x')])),
  ])('refuses the attributes %j', async (MessageAttributes) => {
    const { send, queue } = start();
    expect(await send({ MessageAttributes })).toMatchObject({ status: 400 });
    expect(queue.totals.taken).toBe(0);
  });

  test('accepts the limits', async () => {
    const { send, receive } = start();
    const MessageAttributes = Object.fromEntries([
      ['a'.repeat(256), string('ü🎉')],
      ['Aws_-.b', { DataType: 'Number.float', StringValue: '-1.5e3' }],
      ['__proto__', { DataType: 'Binary.gif', BinaryValue: 'AA==' }],
      ...Array.from({ length: 7 }, (_, index) => [`n${index}`, string('x')]),
    ]);
    await send({ MessageBody: '\t\r\n 🎉𠮷\uFFFD', MessageAttributes, MessageGroupId: '!~'.repeat(64) });
    await send({ MessageBody: 'a'.repeat(MIB - 8), MessageAttributes: { a: string('x') } });
    const [small, big] = await receive({ MessageAttributeNames: ['All'] });
    expect(small).toMatchObject({ Body: '\t\r\n 🎉𠮷\uFFFD' });
    expect(small?.MessageAttributes).toEqual(MessageAttributes);
    expect(big?.Body).toHaveLength(MIB - 8);
  });

  test('returns the digests of SQS', async () => {
    const { send } = start();
    // Recorded from SQS.
    const MessageAttributes = { General: string('Kenobi'), Hello: string('There'), 'Help.Me': string('Me') };
    expect(await send({ MessageBody: 'msg', MessageAttributes })).toEqual({
      MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      MD5OfMessageBody: '6e2baaf3b97dbeef01c0043275f9a0e7',
      MD5OfMessageAttributes: '4c360f3fdafd970e05fae2f149d997f5',
    });
    const BinaryValue = Buffer.from(
      'traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01',
    );
    const binary = { attr1: { DataType: 'Binary', BinaryValue: BinaryValue.toString('base64') } };
    expect(await send({ MessageAttributes: binary })).toMatchObject({
      MD5OfMessageAttributes: '8cbe4db156db8a94db8b801b7addb984',
    });
  });

  test('to a FIFO queue needs a group and accepts no delay', async () => {
    const { send, receive } = start({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    expect(await send({})).toMatchObject({ query: 'MissingParameter;Sender' });
    expect(await send({ MessageGroupId: 'g', DelaySeconds: 1 })).toMatchObject({
      query: 'InvalidParameterValue;Sender',
    });
    const { SequenceNumber } = await send({ MessageGroupId: 'g', DelaySeconds: 0 });
    const [message] = await receive({ MessageSystemAttributeNames: ['All'] });
    expect(message?.Attributes).toMatchObject({
      SequenceNumber,
      MessageGroupId: 'g',
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('SendMessageBatch', () => {
  const entry = (Id: string, MessageBody = 'any') => ({ Id, MessageBody });
  test.each([
    ['EmptyBatchRequest', []],
    ['TooManyEntriesInBatchRequest', Array.from({ length: 11 }, (_, index) => entry(`${index}`))],
    ['BatchEntryIdsNotDistinct', [entry('a'), entry('a')]],
    ['InvalidBatchEntryId', [entry('')]],
    ['InvalidBatchEntryId', [entry('a b')]],
    ['InvalidBatchEntryId', [entry('a'.repeat(81))]],
    ['BatchRequestTooLong', [entry('a', 'a'.repeat(MIB - 1)), entry('b', 'ü')]],
  ])('is refused as a whole with %s', async (code, Entries) => {
    const { ask, queue } = start();
    const query = `AWS.SimpleQueueService.${code};Sender`;
    expect(await ask('SendMessageBatch', { Entries })).toMatchObject({
      type: `com.amazonaws.sqs#${code}`,
      query,
    });
    expect(queue.totals.taken).toBe(0);
  });

  test('accepts ten entries of 1 MiB together, with ids of 80 characters', async () => {
    const { ask, queue } = start();
    const ids = Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(80, '_'));
    const Entries = ids.map((id) => entry(id, 'a'.repeat(MIB / 16)));
    expect((await ask('SendMessageBatch', { Entries })).Successful).toHaveLength(10);
    expect(queue.totals.taken).toBe(10);
  });

  test('fails only the entries that are wrong', async () => {
    const { ask, receive } = start();
    const Entries = [
      entry('good'),
      entry('bad', '\u0000'),
      { ...entry('late'), DelaySeconds: 901 },
      { ...entry('traced'), MessageSystemAttributes: { AWSTraceHeader: string('Root=1') } },
    ];
    const { Successful, Failed } = await ask('SendMessageBatch', { Entries });
    expect(Successful).toMatchObject([
      { Id: 'good', MessageId: expect.any(String), MD5OfMessageBody: '100b8cad7cf2a56f6df78f171f97a1ec' },
      { Id: 'traced', MD5OfMessageSystemAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
    expect(Failed).toEqual([
      { Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true, Message: expect.any(String) },
      { Id: 'late', Code: 'InvalidParameterValue', SenderFault: true, Message: expect.any(String) },
    ]);
    expect(await receive()).toHaveLength(2);
  });
});

describe('ReceiveMessage', () => {
  const MessageAttributes = {
    'order.id': string('o-1'),
    'order.country': string('US'),
    orderly: string('yes'),
    other: { DataType: 'Binary', BinaryValue: 'AA==' },
  };

  test.each([
    [undefined, []],
    [['All'], ['order.country', 'order.id', 'orderly', 'other']],
    [['.*'], ['order.country', 'order.id', 'orderly', 'other']],
    [['other', 'missing'], ['other']],
    [['order.*'], ['order.country', 'order.id', 'orderly']],
    [['order'], []],
    [['order..*'], ['order.country', 'order.id']],
  ])('with MessageAttributeNames %j returns %j', async (MessageAttributeNames, names) => {
    const { send, receive } = start();
    await send({ MessageAttributes });
    const [message] = await receive({ MessageAttributeNames });
    expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual(names);
    expect(message !== undefined && 'MD5OfMessageAttributes' in message).toBe(names.length > 0);
  });

  test.each([
    [{}, []],
    [{ AttributeNames: ['SenderId'] }, ['SenderId']],
    [
      { AttributeNames: ['SentTimestamp'], MessageSystemAttributeNames: ['AWSTraceHeader'] },
      ['AWSTraceHeader', 'SentTimestamp'],
    ],
    [
      { MessageSystemAttributeNames: ['All'] },
      [
        'AWSTraceHeader',
        'ApproximateFirstReceiveTimestamp',
        'ApproximateReceiveCount',
        'MessageGroupId',
        'SenderId',
        'SentTimestamp',
      ],
    ],
    [{ AttributeNames: ['SequenceNumber'] }, []],
  ])('with %j returns the system attributes %j', async (input, names) => {
    const { send, receive } = start();
    const MessageSystemAttributes = { AWSTraceHeader: string('Root=1-2-3') };
    await send({ MessageAttributes, MessageSystemAttributes, MessageGroupId: 'tenant' });
    const [message] = await receive(input);
    const attributes = (message?.Attributes ?? {}) as Record<string, string>;
    expect(Object.keys(attributes).sort()).toEqual(names);
    expect(attributes.AWSTraceHeader ?? 'Root=1-2-3').toBe('Root=1-2-3');
    expect(attributes.MessageGroupId ?? 'tenant').toBe('tenant');
    expect(message).not.toHaveProperty('MessageAttributes');
  });

  test('refuses an unknown system attribute', async () => {
    const { ask } = start();
    expect(await ask('ReceiveMessage', { AttributeNames: ['Color'] })).toMatchObject({
      type: 'com.amazonaws.sqs#InvalidAttributeName',
      message: 'Unknown Attribute Color.',
    });
  });

  test.each([
    { MaxNumberOfMessages: 0 },
    { MaxNumberOfMessages: 11 },
    { WaitTimeSeconds: -1 },
    { WaitTimeSeconds: 21 },
    { VisibilityTimeout: -1 },
    { VisibilityTimeout: 43_201 },
    { VisibilityTimeout: '5' },
  ])('refuses %j', async (input) => {
    const { ask, send, queue } = start();
    await send({});
    expect(await ask('ReceiveMessage', input)).toMatchObject({ query: 'InvalidParameterValue;Sender' });
    expect(queue.counts()).toMatchObject({ visible: 1 });
  });

  test('returns one message by default, and nothing from an empty queue', async () => {
    const { ask, send } = start();
    await send({});
    await send({});
    expect((await ask('ReceiveMessage')).Messages).toHaveLength(1);
    expect((await ask('ReceiveMessage')).Messages).toHaveLength(1);
    expect(await ask('ReceiveMessage')).toEqual({});
  });

  test('waits as long as the queue says, and receives nothing for a client that disconnects', async () => {
    const { queue, request } = start({ ReceiveMessageWaitTimeSeconds: '20' });
    const leaving = new AbortController();
    const headers = { 'x-amz-target': 'AmazonSQS.ReceiveMessage' };
    const answer = request({ headers, body: JSON.stringify({ QueueUrl }), signal: leaving.signal });
    setImmediate(() => leaving.abort());
    expect(JSON.parse(String((await answer).body))).toEqual({});
    queue.send({ body: 'a' });
    expect(queue.counts()).toMatchObject({ visible: 1 });
  });

  test('is undone if its answer is lost', async () => {
    const { queue, request, receive } = start();
    queue.send({ body: 'a' });
    const headers = { 'x-amz-target': 'AmazonSQS.ReceiveMessage' };
    const { onLost } = await request({ headers, body: JSON.stringify({ QueueUrl }) });
    expect(queue.counts()).toMatchObject({ inFlight: 1 });
    onLost?.();
    expect((await receive({ AttributeNames: ['ApproximateReceiveCount'] }))[0]?.Attributes).toEqual({
      ApproximateReceiveCount: '1',
    });
  });
});

test('batches of deletes and of visibility changes fail only entries with a wrong handle', async () => {
  const { ask, queue, receive } = start();
  for (const body of ['a', 'b']) queue.send({ body });
  const [a, b] = await receive({ VisibilityTimeout: 600 });
  const failed = [
    { Id: 'bad', Code: 'ReceiptHandleIsInvalid', SenderFault: true, Message: expect.any(String) },
  ];
  const bad = { Id: 'bad', ReceiptHandle: 'nonsense', VisibilityTimeout: 0 };
  const Entries = (message: typeof a) => [
    { Id: 'good', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 },
    bad,
  ];
  const answer = { Successful: [{ Id: 'good' }], Failed: failed };
  expect(await ask('ChangeMessageVisibilityBatch', { Entries: Entries(a) })).toEqual(answer);
  expect(await ask('DeleteMessageBatch', { Entries: Entries(b) })).toEqual(answer);
  expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
  expect(await ask('DeleteMessageBatch', { Entries: [bad, bad] })).toMatchObject({
    type: 'com.amazonaws.sqs#BatchEntryIdsNotDistinct',
  });
});

describe('queue actions', () => {
  test('list queues by prefix, in pages', async () => {
    const { sqs, call } = start();
    for (const name of ['p3', 'p1', 'p2']) sqs.createQueue(name);
    const url = (name: string) => `${ENDPOINT}/000000000000/${name}`;
    const input = { QueueNamePrefix: 'p', MaxResults: 2 };
    const { NextToken, ...first } = await call('ListQueues', input);
    expect(first).toEqual({ QueueUrls: [url('p1'), url('p2')] });
    expect(await call('ListQueues', { ...input, NextToken })).toEqual({ QueueUrls: [url('p3')] });
    expect(await call('ListQueues', { QueueNamePrefix: 'x' })).toEqual({});
    expect((await call('ListQueues')).QueueUrls).toHaveLength(4);
    expect(await call('ListQueues', { MaxResults: 1_001 })).toMatchObject({ status: 400 });
  });

  test('create and delete a queue', async () => {
    const { call, sqs } = start();
    const created = await call('CreateQueue', {
      QueueName: 'new',
      Attributes: { DelaySeconds: '1' },
      tags: { a: '1' },
    });
    expect(created).toEqual({ QueueUrl: `${ENDPOINT}/000000000000/new` });
    expect(await call('GetQueueUrl', { QueueName: 'new' })).toEqual(created);
    expect(await call('ListQueueTags', created)).toEqual({ Tags: { a: '1' } });
    expect(await call('CreateQueue', { QueueName: 'new', Attributes: { DelaySeconds: '2' } })).toMatchObject({
      type: 'com.amazonaws.sqs#QueueNameExists',
      query: 'QueueAlreadyExists;Sender',
    });
    expect(await call('DeleteQueue', created)).toEqual({});
    expect(sqs.find('new')).toBeUndefined();
  });

  test('get only the attributes that are asked for', async () => {
    const { ask } = start();
    const get = (AttributeNames?: string[]) => ask('GetQueueAttributes', { AttributeNames });
    expect(await get()).toEqual({});
    expect(await get(['DelaySeconds', 'RedrivePolicy'])).toEqual({ Attributes: { DelaySeconds: '0' } });
    expect((await get(['All'])).Attributes).toMatchObject({ VisibilityTimeout: '30' });
    expect(await get(['Color'])).toMatchObject({ type: 'com.amazonaws.sqs#InvalidAttributeName' });
    expect(await ask('SetQueueAttributes', { Attributes: { DelaySeconds: '7' } })).toEqual({});
    expect(await get(['DelaySeconds'])).toEqual({ Attributes: { DelaySeconds: '7' } });
  });

  test('tag a queue', async () => {
    const { ask } = start();
    await ask('TagQueue', { Tags: { a: '1', b: '2' } });
    await ask('TagQueue', { Tags: { b: '3' } });
    await ask('UntagQueue', { TagKeys: ['a'] });
    expect(await ask('ListQueueTags')).toEqual({ Tags: { b: '3' } });
    const Tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, '']));
    expect(await ask('TagQueue', { Tags })).toMatchObject({ query: 'InvalidParameterValue;Sender' });
  });

  test('purge a queue once in 60 seconds', async () => {
    const { ask, queue } = start();
    queue.send({ body: 'a' });
    expect(await ask('PurgeQueue')).toEqual({});
    expect(queue.counts()).toMatchObject({ visible: 0 });
    expect(await ask('PurgeQueue')).toEqual({
      status: 403,
      type: 'com.amazonaws.sqs#PurgeQueueInProgress',
      query: 'AWS.SimpleQueueService.PurgeQueueInProgress;Sender',
      message: 'Only one PurgeQueue operation on orders is allowed every 60 seconds.',
    });
  });

  test('list the sources of a dead-letter queue', async () => {
    const { sqs, ask, queue } = start();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queue.arn, maxReceiveCount: 3 });
    for (const name of ['b', 'a']) sqs.createQueue(name, { RedrivePolicy });
    expect(await ask('ListDeadLetterSourceQueues')).toEqual({
      queueUrls: [`${ENDPOINT}/000000000000/a`, `${ENDPOINT}/000000000000/b`],
    });
  });

  test('keep permissions in the policy', async () => {
    const { ask, queue } = start();
    const permission = {
      Label: 'l',
      AWSAccountIds: ['111111111111'],
      Actions: ['SendMessage', 'ReceiveMessage'],
    };
    expect(await ask('AddPermission', permission)).toEqual({});
    expect(JSON.parse(queue.attributes.Policy ?? '')).toMatchObject({
      Statement: [
        {
          Sid: 'l',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: ['SQS:SendMessage', 'SQS:ReceiveMessage'],
          Resource: queue.arn,
        },
      ],
    });
    expect(await ask('AddPermission', permission)).toMatchObject({ query: 'InvalidParameterValue;Sender' });
    expect(await ask('RemovePermission', { Label: 'l' })).toEqual({});
    expect(queue.attributes).not.toHaveProperty('Policy');
    expect(await ask('RemovePermission', { Label: 'l' })).toMatchObject({
      query: 'InvalidParameterValue;Sender',
    });
  });
});

describe('the query protocol', () => {
  const path = '/000000000000/orders';

  test('sends and receives a message with attributes, at the URL of the queue', async () => {
    const { query } = start();
    const sent = await query(
      {
        Action: 'SendMessage',
        Version: '2012-11-05',
        MessageBody: 'a <&> 🎉\r',
        'MessageAttribute.1.Name': 'text',
        'MessageAttribute.1.Value.DataType': 'String',
        'MessageAttribute.1.Value.StringValue': '"x"',
        'MessageAttribute.2.Name': 'bytes',
        'MessageAttribute.2.Value.DataType': 'Binary',
        'MessageAttribute.2.Value.BinaryValue': 'AP8=',
        'MessageSystemAttribute.1.Name': 'AWSTraceHeader',
        'MessageSystemAttribute.1.Value.DataType': 'String',
        'MessageSystemAttribute.1.Value.StringValue': 'Root=1',
      },
      path,
    );
    expect(sent).toMatch(
      /^<\?xml version="1.0"\?><SendMessageResponse xmlns="http:\/\/queue.amazonaws.com\/doc\/2012-11-05\/"><SendMessageResult>/,
    );
    expect(sent).toContain('</SendMessageResult><ResponseMetadata><RequestId>request-1</RequestId>');
    const received = await query({
      Action: 'ReceiveMessage',
      QueueUrl,
      MaxNumberOfMessages: '10',
      'AttributeName.1': 'AWSTraceHeader',
      'AttributeName.2': 'ApproximateReceiveCount',
      'MessageAttributeName.1': 'All',
    });
    expect(received).toContain('<Body>a &lt;&amp;&gt; 🎉&#13;</Body>');
    expect(received).toContain(
      '<Attribute><Name>AWSTraceHeader</Name><Value>Root=1</Value></Attribute><Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>',
    );
    expect(received).toContain(
      '<MessageAttribute><Name>text</Name><Value><DataType>String</DataType><StringValue>&quot;x&quot;</StringValue></Value></MessageAttribute><MessageAttribute><Name>bytes</Name><Value><DataType>Binary</DataType><BinaryValue>AP8=</BinaryValue></Value></MessageAttribute>',
    );
    const handle = /<ReceiptHandle>(.*)<\/ReceiptHandle>/.exec(received)?.[1] ?? '';
    expect(await query({ Action: 'DeleteMessage', ReceiptHandle: handle }, path)).toContain(
      '<DeleteMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ResponseMetadata>',
    );
    expect(await query({ Action: 'ReceiveMessage', QueueUrl })).toContain(
      '<ReceiveMessageResult></ReceiveMessageResult>',
    );
  });

  test('creates a queue with attributes and tags, and gets them', async () => {
    const { query, sqs } = start();
    const created = await query({
      Action: 'CreateQueue',
      QueueName: 'new',
      'Attribute.1.Name': 'DelaySeconds',
      'Attribute.1.Value': '5',
      'Attribute.2.Name': 'VisibilityTimeout',
      'Attribute.2.Value': '60',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'a&b',
    });
    expect(created).toContain(`<QueueUrl>${ENDPOINT}/000000000000/new</QueueUrl>`);
    expect(sqs.find('new')?.settings).toMatchObject({ delay: 5, visibilityTimeout: 60 });
    const QueueUrl = `${ENDPOINT}/000000000000/new`;
    expect(
      await query({ Action: 'GetQueueAttributes', QueueUrl, 'AttributeName.1': 'DelaySeconds' }, '/', 'GET'),
    ).toContain(
      '<GetQueueAttributesResult><Attribute><Name>DelaySeconds</Name><Value>5</Value></Attribute></GetQueueAttributesResult>',
    );
    expect(await query({ Action: 'ListQueueTags', QueueUrl })).toContain(
      '<Tag><Key>team</Key><Value>a&amp;b</Value></Tag>',
    );
    expect(await query({ Action: 'ListQueues' })).toContain(
      `<QueueUrl>${ENDPOINT}/000000000000/new</QueueUrl><QueueUrl>${ENDPOINT}/000000000000/orders</QueueUrl>`,
    );
  });

  test('sends a batch, in the order of its entries, and returns the failed ones', async () => {
    const { query, queue } = start();
    const ids = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const form = ids.flatMap((id, index) => [
      [`SendMessageBatchRequestEntry.${index + 1}.Id`, id],
      [`SendMessageBatchRequestEntry.${index + 1}.MessageBody`, id],
    ]);
    const delay = ['SendMessageBatchRequestEntry.2.DelaySeconds', '901'];
    const answer = await query({ Action: 'SendMessageBatch', ...Object.fromEntries([...form, delay]) }, path);
    expect(answer.match(/<SendMessageBatchResultEntry><Id>/g)).toHaveLength(9);
    expect(answer).toContain(
      '<BatchResultErrorEntry><Id>m1</Id><SenderFault>true</SenderFault><Code>InvalidParameterValue</Code>',
    );
    const bodies = Array.from(queue.messages(), ({ body }) => body);
    expect(bodies).toEqual(ids.filter((id) => id !== 'm1'));
    expect(await query({ Action: 'SendMessageBatch', SendMessageBatchRequestEntry: '' }, path)).toContain(
      '<Code>AWS.SimpleQueueService.EmptyBatchRequest</Code>',
    );
  });

  test('lists move tasks', async () => {
    const { query, sqs, queue } = start();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queue.arn, maxReceiveCount: 3 });
    sqs.createQueue('source', { RedrivePolicy });
    await query({ Action: 'StartMessageMoveTask', SourceArn: queue.arn, MaxNumberOfMessagesPerSecond: '5' });
    expect(await query({ Action: 'ListMessageMoveTasks', SourceArn: queue.arn, MaxResults: '1' })).toMatch(
      /<ListMessageMoveTasksResult><ListMessageMoveTasksResultEntry><TaskHandle>.*<MaxNumberOfMessagesPerSecond>5</,
    );
  });

  test.each([
    [{ Action: 'GetQueueUrl', QueueName: 'none' }, 'AWS.SimpleQueueService.NonExistentQueue'],
    [{ Action: 'ReceiveMessage', QueueUrl, MaxNumberOfMessages: '<11>' }, 'InvalidParameterValue'],
    [{ Action: 'Nothing' }, 'InvalidAction'],
    [{}, 'InvalidAction'],
    [{ Action: 'ListQueues', ['A.'.repeat(17)]: 'x' }, 'MalformedQueryString'],
    [{ Action: 'SendMessage', QueueUrl, toString: 'x', __proto__: 'y' }, 'MissingParameter'],
  ])('answers %j with the error %s', async (form, code) => {
    const { query } = start();
    expect(await query(form)).toMatch(
      new RegExp(
        `<ErrorResponse xmlns="[^"]*"><Error><Type>Sender</Type><Code>${code}</Code><Message>[^<>]+</Message><Detail/></Error><RequestId>request-1</RequestId></ErrorResponse>$`,
      ),
    );
  });
});
