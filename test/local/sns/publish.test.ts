import { describe, expect, test, vi } from 'vitest';
import { publishBatch } from '../../../local/sns/publish-batch.ts';
import type { PublishRequest } from '../../../local/sns/sns.ts';
import { notificationIn, openTestSns, queueArn } from './open-test-sns.ts';

function openTopic(name = 'events', attributes = {}) {
  const opened = openTestSns();
  const topicArn = opened.sns.topics.create(name, attributes).arn;
  const publish = (request: Partial<PublishRequest>) =>
    opened.sns.publish({ topicArn, message: 'm', ...request });
  return { ...opened, topicArn, publish };
}

const invalid = (message: string) => ({
  code: 'InvalidParameter',
  status: 400,
  message: expect.stringContaining(message),
});

/** Returns what a function throws. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('Publish', () => {
  test('refuses an unknown topic with NotFound', () => {
    const { sns, topicArn } = openTopic();
    const error = thrownBy(() => sns.publish({ topicArn: `${topicArn}-not`, message: 'm' }));
    expect(error).toMatchObject({ code: 'NotFound', status: 404, message: 'Topic does not exist' });
  });

  test.each([
    ['Empty message', { message: '' }],
    ['Message too long', { message: 'x'.repeat(262_145) }],
    ['Message too long', { message: '€'.repeat(87_382) }],
    ['Subject', { subject: '' }],
    ['Subject', { subject: 'x'.repeat(101) }],
    ['Subject', { subject: 'two\nlines' }],
    ['MessageGroupId', { groupId: 'with space' }],
    ['MessageGroupId', { groupId: 'x'.repeat(129) }],
    ['MessageDeduplicationId', { deduplicationId: 'd' }],
    ['failed to parse', { message: '{', messageStructure: 'json' }],
    ['No default entry', { message: '{"sqs":"x"}', messageStructure: 'json' }],
    ['No default entry', { message: '{"default":7}', messageStructure: 'json' }],
    ['No default entry', { message: 'null', messageStructure: 'json' }],
  ])('refuses an invalid request with "%s"', (reason, request) => {
    const { publish, subscribe, take, topicArn } = openTopic();
    subscribe(topicArn, queueArn('q'));
    expect(thrownBy(() => publish(request))).toMatchObject(invalid(reason));
    expect(take('q')).toEqual([]);
  });

  test('accepts a message of 256 KiB with a subject of 100 characters', () => {
    const { publish } = openTopic();
    expect(publish({ message: 'x'.repeat(262_144), subject: 'ü'.repeat(100) })).toHaveProperty('messageId');
  });

  test('counts names, types and values of attributes towards the size', () => {
    const { publish } = openTopic();
    const attributes = { name: { DataType: 'String', StringValue: 'value' } };
    const size = 'nameStringvalue'.length;
    expect(publish({ message: 'x'.repeat(262_144 - size), attributes })).toHaveProperty('messageId');
    expect(thrownBy(() => publish({ message: 'x'.repeat(262_145 - size), attributes }))).toMatchObject(
      invalid('Message too long'),
    );
  });

  test('accepts up to the MaximumMessageSize of the topic', () => {
    const { publish } = openTopic('large', { MaximumMessageSize: '1048576' });
    expect(publish({ message: 'x'.repeat(1_048_576) })).toHaveProperty('messageId');
    expect(thrownBy(() => publish({ message: 'x'.repeat(1_048_577) }))).toMatchObject(invalid('too long'));
  });

  test.each([
    ['a', { DataType: 'Text', StringValue: 'x' }, 'invalid message attribute type'],
    ['a', { DataType: 'String', StringValue: '' }, 'non-empty'],
    ['a', { DataType: 'Binary', StringValue: 'x' }, 'non-empty'],
    ['a', { DataType: 'Number', StringValue: 'seven' }, 'Could not cast'],
    ['a', { DataType: 'Number', StringValue: ' ' }, 'Could not cast'],
    ['a b', { DataType: 'String', StringValue: 'x' }, "'#x20'"],
    ['.a', { DataType: 'String', StringValue: 'x' }, 'attribute name'],
    ['a..b', { DataType: 'String', StringValue: 'x' }, 'attribute name'],
    ['Aws.a', { DataType: 'String', StringValue: 'x' }, 'attribute name'],
  ])('refuses the attribute %s %j', (name, attribute, reason) => {
    const { publish } = openTopic();
    expect(thrownBy(() => publish({ attributes: { [name]: attribute } }))).toMatchObject({
      code: 'ParameterValueInvalid',
      message: expect.stringContaining(reason),
    });
  });

  test('selects the text for each protocol with MessageStructure json', () => {
    const { publish, subscribe, take, topicArn, invocations } = openTopic();
    subscribe(topicArn, queueArn('q'), { RawMessageDelivery: 'true' });
    subscribe(topicArn, 'arn:aws:lambda:us-east-1:000000000000:function:f', {}, 'lambda');
    publish({ message: '{"default":"for all","sqs":"for queues"}', messageStructure: 'json' });
    publish({ message: '{"default":"for all","sqs":{}}', messageStructure: 'json' });
    publish({ message: '{"default":"as it is"}' });
    expect(take('q').map(({ body }) => body)).toEqual(['for queues', 'for all', '{"default":"as it is"}']);
    expect(JSON.stringify(invocations[0])).toContain('"Message":"for all"');
  });
});

describe('PublishBatch', () => {
  const entry = (id: string, message = 'm') => ({ id, message });

  test('publishes valid entries and reports the others', () => {
    const { sns, topicArn, subscribe, take } = openTopic();
    subscribe(topicArn, queueArn('q'));
    const { successful, failed } = publishBatch(sns, topicArn, [
      entry('a', '1'),
      { ...entry('b'), subject: 'two\nlines' },
      entry('c', '3'),
    ]);
    expect(successful.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(failed).toMatchObject([{ id: 'b', error: { code: 'InvalidParameter' } }]);
    expect(take('q').map((message) => notificationIn(message).Message)).toEqual(['1', '3']);
  });

  test.each([
    ['EmptyBatchRequest', []],
    ['TooManyEntriesInBatchRequest', Array.from({ length: 11 }, (_, index) => entry(`${index}`))],
    ['BatchRequestTooLong', [entry('a', 'm'.repeat(131_073)), entry('b', 'm'.repeat(131_072))]],
    ['BatchEntryIdsNotDistinct', [entry('a'), entry('a')]],
    ['InvalidBatchEntryId', [entry('no spaces')]],
    ['InvalidBatchEntryId', [entry('x'.repeat(81))]],
    ['InvalidBatchEntryId', [entry('')]],
  ])('refuses a whole batch with %s', (code, entries) => {
    const { sns, topicArn, subscribe, take } = openTopic();
    subscribe(topicArn, queueArn('q'));
    expect(thrownBy(() => publishBatch(sns, topicArn, entries))).toMatchObject({ code, status: 400 });
    expect(take('q')).toEqual([]);
  });
});

describe('a FIFO topic', () => {
  const openFifo = (attributes = {}) => openTopic('events.fifo', { FifoTopic: 'true', ...attributes });

  test('requires a group, and a deduplication id unless it derives one from the message', () => {
    const { publish } = openFifo();
    expect(thrownBy(() => publish({ deduplicationId: 'd' }))).toMatchObject(
      invalid('MessageGroupId parameter is required'),
    );
    expect(thrownBy(() => publish({ groupId: 'g' }))).toMatchObject(invalid('ContentBasedDeduplication'));
    const byContent = openFifo({ ContentBasedDeduplication: 'true' });
    expect(byContent.publish({ groupId: 'g' }).messageId).toBe(byContent.publish({ groupId: 'g' }).messageId);
  });

  test('passes group and deduplication id to FIFO queues, but not to standard queues', () => {
    const { publish, subscribe, take, topicArn } = openFifo();
    subscribe(topicArn, queueArn('q.fifo'));
    subscribe(topicArn, queueArn('q'));
    publish({ groupId: 'g', deduplicationId: 'd' });
    expect(take('q.fifo')).toMatchObject([{ groupId: 'g', deduplicationId: 'd' }]);
    expect(take('q')).toMatchObject([{ groupId: undefined, deduplicationId: undefined }]);
  });

  test('numbers messages in order and drops duplicates for five minutes', () => {
    vi.useFakeTimers();
    try {
      const { publish, subscribe, take, topicArn } = openFifo();
      subscribe(topicArn, queueArn('q.fifo'));
      const first = publish({ groupId: 'g', deduplicationId: '1' });
      const second = publish({ groupId: 'g', deduplicationId: '2' });
      expect(first.sequenceNumber).toMatch(/^\d{20}$/);
      expect(Number(second.sequenceNumber?.localeCompare(first.sequenceNumber ?? ''))).toBe(1);
      vi.advanceTimersByTime(299_000);
      expect(publish({ groupId: 'other', deduplicationId: '1' })).toEqual(first);
      expect(take('q.fifo')).toHaveLength(2);
      vi.advanceTimersByTime(1_001);
      expect(publish({ groupId: 'g', deduplicationId: '1' }).messageId).not.toBe(first.messageId);
      expect(take('q.fifo')).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test('with FifoThroughputScope MessageGroup drops duplicates only within a group', () => {
    const { publish } = openFifo({ FifoThroughputScope: 'MessageGroup' });
    const first = publish({ groupId: 'g', deduplicationId: '1' });
    expect(publish({ groupId: 'g', deduplicationId: '1' })).toEqual(first);
    expect(publish({ groupId: 'h', deduplicationId: '1' })).not.toEqual(first);
  });
});
