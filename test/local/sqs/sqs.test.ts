import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openStorage } from '../../../local/aws-services/storage.ts';
import { Sqs } from '../../../local/sqs/sqs.ts';
import { createQueue, createSqs, createStorage, ENDPOINT, receive, receiveBodies } from './create-sqs.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:';
const redrive = (name: string, maxReceiveCount: unknown = 3) =>
  JSON.stringify({ deadLetterTargetArn: `${ARN}${name}`, maxReceiveCount });

describe('queues', () => {
  test('are found by name, ARN and a URL of any host', () => {
    const sqs = createSqs();
    const queue = sqs.createQueue('orders');
    expect(sqs.urlOf(queue)).toBe(`${ENDPOINT}/000000000000/orders`);
    expect([...sqs.queues()]).toEqual([queue]);
    expect(sqs.find('orders')).toBe(queue);
    expect(sqs.byArn(`${ARN}orders`)).toBe(queue);
    expect(sqs.byUrl('https://sqs.eu-west-1.amazonaws.com/123/orders')).toBe(queue);
    expect(sqs.byArn('arn:aws:sqs:eu-west-1:000000000000:orders')).toBeUndefined();
    expect(() => sqs.byUrl(`${ENDPOINT}/000000000000/other`)).toThrow(
      expect.objectContaining({ code: 'QueueDoesNotExist' }),
    );
  });

  test('are created once: the same attributes return the queue, others are refused', () => {
    const sqs = createSqs();
    sqs.createQueue('dead');
    const queue = sqs.createQueue('orders', { DelaySeconds: '5', RedrivePolicy: redrive('dead') });
    const policy = `{"maxReceiveCount": "3", "deadLetterTargetArn": "${ARN}dead"}`;
    expect(sqs.createQueue('orders')).toBe(queue);
    expect(sqs.createQueue('orders', { VisibilityTimeout: '30', RedrivePolicy: policy })).toBe(queue);
    expect(() => sqs.createQueue('orders', { DelaySeconds: '6' })).toThrow(
      expect.objectContaining({
        code: 'QueueNameExists',
        message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
      }),
    );
  });

  test.each([
    ['a b', {}],
    ['', {}],
    ['ü', {}],
    ['a.fifo', {}],
    ['a'.repeat(81), {}],
    ['a', { FifoQueue: 'true' }],
    [`${'a'.repeat(76)}.fifo`, { FifoQueue: 'true' }],
  ])('cannot have the name %j with the attributes %j', (name, attributes) => {
    expect(() => createSqs().createQueue(name, attributes)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue' }),
    );
  });

  test('can have names of up to 80 characters', () => {
    const sqs = createSqs();
    sqs.createQueue('A-z_0'.repeat(16));
    sqs.createQueue(`${'a'.repeat(75)}.fifo`, { FifoQueue: 'true' });
    expect([...sqs.queues()]).toHaveLength(2);
  });

  test('lose their messages when they are deleted, and a new queue of the same name is empty', async () => {
    const storage = createStorage();
    const sqs = createSqs(storage);
    const queue = createQueue({}, sqs);
    queue.send({ body: 'a' });
    await receive(queue);
    sqs.deleteQueue(queue);
    expect(sqs.find('orders')).toBeUndefined();
    expect(Object.values(storage.sizes())).toEqual([0, 0, 0, 0, 0]);
    expect(createQueue({}, createSqs(storage)).counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

describe('attributes', () => {
  test.each([
    ['DelaySeconds', ['0', '900'], ['-1', '901', 'x', '', '1.5']],
    ['KmsDataKeyReusePeriodSeconds', ['60', '86400'], ['59', '86401']],
    ['MaximumMessageSize', ['1024', '1048576'], ['1023', '1048577']],
    ['MessageRetentionPeriod', ['60', '1209600'], ['59', '1209601']],
    ['ReceiveMessageWaitTimeSeconds', ['0', '20'], ['21']],
    ['VisibilityTimeout', ['0', '43200'], ['43201']],
    ['SqsManagedSseEnabled', ['true', 'false'], ['yes', '']],
    ['Policy', ['{}', ''], ['x', '[]']],
  ])('%s accepts %j and refuses %j', (name, valid, invalid) => {
    const sqs = createSqs();
    for (const value of valid) sqs.createQueue(`q${valid.indexOf(value)}`, { [name]: value });
    const queue = sqs.createQueue('orders');
    const error = expect.objectContaining({ code: 'InvalidAttributeValue' });
    for (const value of invalid) {
      expect(() => sqs.createQueue('refused', { [name]: value })).toThrow(error);
      expect(() => sqs.setAttributes(queue, { [name]: value })).toThrow(error);
    }
    expect(sqs.find('refused')).toBeUndefined();
  });

  test.each(['Unknown', 'QueueArn', 'FifoQueue', 'ContentBasedDeduplication', 'toString'])(
    '%s cannot be set on a standard queue',
    (name) => {
      const sqs = createSqs();
      const error = expect.objectContaining({ code: 'InvalidAttributeName' });
      expect(() => sqs.setAttributes(createQueue({}, sqs), { [name]: 'true' })).toThrow(error);
    },
  );

  test('of a FIFO queue depend on each other', () => {
    const sqs = createSqs();
    const queue = createQueue({ FifoQueue: 'true' }, sqs);
    const error = expect.objectContaining({ code: 'InvalidAttributeValue' });
    expect(() => sqs.setAttributes(queue, { FifoThroughputLimit: 'perMessageGroupId' })).toThrow(error);
    sqs.setAttributes(queue, {
      FifoThroughputLimit: 'perMessageGroupId',
      DeduplicationScope: 'messageGroup',
    });
    expect(queue.settings.deduplicatesPerGroup).toBe(true);
    expect(() => sqs.setAttributes(queue, { DeduplicationScope: 'queue' })).toThrow(error);
  });

  test.each([
    ['x', /not a valid JSON map/],
    ['{"maxReceiveCount":1}', /mandatory attribute: deadLetterTargetArn/],
    [`{"deadLetterTargetArn":"${ARN}dead"}`, /mandatory attribute: maxReceiveCount/],
    ['{"deadLetterTargetArn":"dummy","maxReceiveCount":1}', /Invalid value for deadLetterTargetArn/],
    [redrive('dead', 0), /Invalid value for maxReceiveCount: 0/],
    [redrive('dead', 1_001), /Invalid value for maxReceiveCount: 1001/],
    [redrive('dead', 1.5), /Invalid value for maxReceiveCount: 1.5/],
    [redrive('none'), /Dead letter target does not exist/],
    [redrive('dead.fifo'), /must be same type/],
    [redrive('closed'), /not allowed by the RedriveAllowPolicy/],
    [redrive('others'), /not allowed by the RedriveAllowPolicy/],
  ])('refuse the RedrivePolicy %s', (RedrivePolicy, message) => {
    const sqs = createSqs();
    sqs.createQueue('dead');
    sqs.createQueue('dead.fifo', { FifoQueue: 'true' });
    sqs.createQueue('closed', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    const byQueue = { redrivePermission: 'byQueue', sourceQueueArns: [`${ARN}payments`] };
    sqs.createQueue('others', { RedriveAllowPolicy: JSON.stringify(byQueue) });
    const queue = sqs.createQueue('orders');
    for (const set of [
      () => sqs.setAttributes(queue, { RedrivePolicy }),
      () => sqs.createQueue('orders2', { RedrivePolicy }),
    ]) {
      expect(set).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
      expect(set).toThrow(message);
    }
    sqs.createQueue('payments', { RedrivePolicy: redrive('others') });
    expect(() => sqs.setAttributes(queue, { RedrivePolicy: redrive('orders') })).toThrow(
      /must not be the queue itself/,
    );
  });

  test.each([
    'x',
    '{}',
    '{"redrivePermission":"byQueue"}',
    '{"redrivePermission":"denyAll","sourceQueueArns":[]}',
  ])('refuse the RedriveAllowPolicy %s', (RedriveAllowPolicy) => {
    expect(() => createQueue({ RedriveAllowPolicy })).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue' }),
    );
  });

  test('are removed by an empty value, and a change sets LastModifiedTimestamp', () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const sqs = createSqs();
    sqs.createQueue('dead');
    const queue = createQueue({ RedrivePolicy: redrive('dead') }, sqs);
    vi.setSystemTime(1_800_000_005_000);
    sqs.setAttributes(queue, { RedrivePolicy: '', VisibilityTimeout: '7' });
    expect(queue.settings.redrive).toBeUndefined();
    expect(sqs.attributesOf(queue)).toEqual({
      QueueArn: `${ARN}orders`,
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: '1800000000',
      LastModifiedTimestamp: '1800000005',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '7',
    });
  });

  test('allow one kind of encryption', () => {
    const sqs = createSqs();
    const queue = createQueue({ KmsMasterKeyId: 'key' }, sqs);
    expect(queue.attributes.SqsManagedSseEnabled).toBe('false');
    expect(() => createQueue({ KmsMasterKeyId: 'key', SqsManagedSseEnabled: 'true' })).toThrow(
      expect.objectContaining({ code: 'InvalidAttributeName' }),
    );
  });
});

describe('after a restart', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('queues keep their attributes, tags and messages, and have the URL of the new endpoint', async () => {
    const storage = createStorage();
    const first = createSqs(storage);
    const queue = first.createQueue('orders', { VisibilityTimeout: '7' }, { team: 'shipping' });
    first.setAttributes(queue, { DelaySeconds: '3' });
    const attributes = { b: { DataType: 'Binary', BinaryValue: 'AA==' } };
    queue.send({ body: 'ü', attributes, groupId: 'g', traceHeader: 't', delaySeconds: 0 });

    const second = new Sqs({ storage, endpoint: 'http://127.0.0.1:9' });
    const same = second.byUrl(first.urlOf(queue));
    expect(second.urlOf(same)).toBe('http://127.0.0.1:9/000000000000/orders');
    expect(second.attributesOf(same)).toEqual(first.attributesOf(queue));
    expect(second.tagsOf(same)).toEqual({ team: 'shipping' });
    expect([...same.messages()]).toEqual([
      {
        id: expect.any(String),
        body: 'ü',
        attributes,
        groupId: 'g',
        traceHeader: 't',
        sentAt: 1_800_000_000_000,
      },
    ]);
  });

  test('messages keep their state, receive count and receipt handles', async () => {
    const storage = createStorage();
    const first = createQueue({}, createSqs(storage));
    for (const body of ['hidden', 'returned', 'deleted', 'undone', 'new']) first.send({ body });
    first.send({ body: 'delayed', delaySeconds: 60 });
    const [hidden, returned, deleted] = await receive(first, 3, 600);
    first.changeVisibility(returned?.receiptHandle ?? '', 0);
    first.delete(deleted?.receiptHandle ?? '');
    first.giveBack(await receive(first, 1));

    const second = createQueue({}, createSqs(storage));
    expect(second.counts()).toMatchObject({ visible: 3, inFlight: 1, delayed: 1 });
    const received = await receive(second, 10, 600);
    expect(received.map(({ content, receiveCount }) => [content.body, receiveCount])).toEqual([
      ['returned', 2],
      ['undone', 1],
      ['new', 1],
    ]);
    second.changeVisibility(hidden?.receiptHandle ?? '', 60);
    vi.setSystemTime(1_800_000_060_000);
    expect((await receiveBodies(second)).toSorted()).toEqual(['delayed', 'hidden']);
    expect(() => second.changeVisibility(deleted?.receiptHandle ?? '', 0)).toThrow(/does not exist/);
  });

  test('a visibility timeout that began before the restart ends on time', async () => {
    const storage = createStorage();
    const first = createQueue({}, createSqs(storage));
    first.send({ body: 'a' });
    await receive(first, 1, 600);
    vi.setSystemTime(1_800_000_500_000);
    const second = createQueue({}, createSqs(storage));
    const received = second.receive({ max: 1, waitMs: 200_000 });
    await vi.advanceTimersByTimeAsync(99_999);
    expect(second.counts().inFlight).toBe(1);
    await vi.advanceTimersByTimeAsync(2);
    expect((await received)[0]?.receiveCount).toBe(2);
  });

  test('dead letters are only in the dead-letter queue', async () => {
    const storage = createStorage();
    const first = createSqs(storage);
    first.createQueue('dead');
    const queue = createQueue({ RedrivePolicy: redrive('dead', 1), VisibilityTimeout: '0' }, first);
    queue.send({ body: 'poison' });
    await receive(queue);
    await receive(queue);
    const second = createSqs(storage);
    expect(second.find('orders')?.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    const [letter] = await receive(second.byUrl('dead'));
    expect(letter).toMatchObject({ receiveCount: 2, content: { body: 'poison', sourceArn: queue.arn } });
  });

  test('a FIFO queue keeps its order, its groups in flight and its deduplication ids', async () => {
    const storage = createStorage();
    const attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const first = createQueue(attributes, createSqs(storage));
    for (const body of ['a1', 'a2', 'b1']) first.send({ body, groupId: body[0] });
    const [one] = await receive(first, 1, 600);
    const second = createQueue(attributes, createSqs(storage));
    expect(await receiveBodies(second)).toEqual(['b1']);
    second.delete(one?.receiptHandle ?? '');
    second.send({ body: 'a1', groupId: 'a' });
    expect(await receiveBodies(second)).toEqual(['a2']);
    vi.setSystemTime(1_800_000_300_000);
    expect(second.send({ body: 'a1', groupId: 'a' }).sequenceNumber).not.toBe(one?.content.sequenceNumber);
    expect(second.totals.taken).toBe(1);
  });

  test('a purged queue is empty', async () => {
    const storage = createStorage();
    const queue = createQueue({}, createSqs(storage));
    for (const body of ['a', 'b']) queue.send({ body });
    await receive(queue, 1);
    queue.purge();
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    expect(createQueue({}, createSqs(storage)).counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

test('a data directory contains what was committed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sqs-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const first = openStorage(directory);
  const queue = createQueue({}, createSqs(first));
  queue.send({ body: 'Zoë 🎉' });
  queue.send({ body: 'deleted' });
  const [one, two] = await receive(queue, 2, 600);
  queue.delete(two?.receiptHandle ?? '');
  first.commit();
  first.close();
  const second = openStorage(directory);
  onTestFinished(() => second.close());
  const same = createQueue({}, createSqs(second));
  same.changeVisibility(one?.receiptHandle ?? '', 0);
  expect((await receive(same)).map(({ content, receiveCount }) => [content.body, receiveCount])).toEqual([
    ['Zoë 🎉', 2],
  ]);
});
