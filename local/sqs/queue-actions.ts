import type { Action } from './action.ts';
import { integerIn, mapIn, requireText, textIn, textsIn } from './input.ts';
import { queueOf } from './message-actions.ts';
import type { MoveTask } from './move-tasks.ts';
import { addPermission, removePermission } from './permissions.ts';
import type { Queue } from './queue.ts';
import { invalidParameter, missingParameter, sqsError } from './sqs-error.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
const MAX_PAGE = 1_000;
const MAX_TASKS = 10;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
const PURGE_INTERVAL_MS = 60_000;

/** All attributes that GetQueueAttributes accepts. */
const ATTRIBUTE_NAMES = new Set([
  'All',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'ContentBasedDeduplication',
  'CreatedTimestamp',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'LastModifiedTimestamp',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
]);

const purgedAt = new WeakMap<Queue, number>();

/** Actions on queues and their move tasks, by name. */
export const queueActions: Record<string, Action> = {
  CreateQueue(sqs, input) {
    const tags = mapIn(input, input.tags === undefined ? 'Tags' : 'tags');
    const queue = sqs.createQueue(requireText(input, 'QueueName'), mapIn(input, 'Attributes'), tags);
    return { output: { QueueUrl: sqs.urlOf(queue) } };
  },

  DeleteQueue(sqs, input) {
    sqs.deleteQueue(queueOf(sqs, input));
    return {};
  },

  GetQueueUrl(sqs, input) {
    return { output: { QueueUrl: sqs.urlOf(sqs.byName(requireText(input, 'QueueName'))) } };
  },

  ListQueues(sqs, input) {
    const prefix = textIn(input, 'QueueNamePrefix') ?? '';
    const queues = [...sqs.queues()].filter(({ name }) => name.startsWith(prefix));
    const { page, NextToken } = readPage(queues, input);
    const output = {
      ...(page.length > 0 && { QueueUrls: page.map((queue) => sqs.urlOf(queue)) }),
      ...(NextToken !== undefined && { NextToken }),
    };
    return { output };
  },

  ListDeadLetterSourceQueues(sqs, input) {
    const { page, NextToken } = readPage(sqs.sourcesOf(queueOf(sqs, input)), input);
    const queueUrls = page.map((queue) => sqs.urlOf(queue));
    return { output: { queueUrls, ...(NextToken !== undefined && { NextToken }) } };
  },

  GetQueueAttributes(sqs, input) {
    const queue = queueOf(sqs, input);
    const names = textsIn(input, 'AttributeNames');
    const unknown = names.find((name) => !ATTRIBUTE_NAMES.has(name));
    if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    const all = Object.entries(sqs.attributesOf(queue));
    const asked = names.includes('All') ? all : all.filter(([name]) => names.includes(name));
    return { output: asked.length > 0 ? { Attributes: Object.fromEntries(asked) } : {} };
  },

  SetQueueAttributes(sqs, input) {
    const queue = queueOf(sqs, input);
    if (input.Attributes === undefined) throw missingParameter('Attributes');
    sqs.setAttributes(queue, mapIn(input, 'Attributes'));
    return {};
  },

  PurgeQueue(sqs, input) {
    const queue = queueOf(sqs, input);
    const now = Date.now();
    if (now - (purgedAt.get(queue) ?? 0) < PURGE_INTERVAL_MS) {
      const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
      throw sqsError('PurgeQueueInProgress', message);
    }
    purgedAt.set(queue, now);
    queue.purge();
    return {};
  },

  TagQueue(sqs, input) {
    const queue = queueOf(sqs, input);
    const tags = mapIn(input, 'Tags');
    if (Object.keys(tags).length === 0) throw missingParameter('Tags');
    sqs.setTags(queue, { ...sqs.tagsOf(queue), ...tags });
    return {};
  },

  UntagQueue(sqs, input) {
    const queue = queueOf(sqs, input);
    const keys = new Set(textsIn(input, 'TagKeys'));
    if (keys.size === 0) throw missingParameter('TagKeys');
    const kept = Object.entries(sqs.tagsOf(queue)).filter(([key]) => !keys.has(key));
    sqs.setTags(queue, Object.fromEntries(kept));
    return {};
  },

  ListQueueTags(sqs, input) {
    const Tags = sqs.tagsOf(queueOf(sqs, input));
    return { output: Object.keys(Tags).length > 0 ? { Tags } : {} };
  },

  AddPermission(sqs, input) {
    const queue = queueOf(sqs, input);
    const permission = {
      label: requireText(input, 'Label'),
      accountIds: textsIn(input, 'AWSAccountIds'),
      actions: textsIn(input, 'Actions'),
    };
    sqs.setAttributes(queue, { Policy: addPermission(queue, permission) });
    return {};
  },

  RemovePermission(sqs, input) {
    const queue = queueOf(sqs, input);
    sqs.setAttributes(queue, { Policy: removePermission(queue, requireText(input, 'Label')) });
    return {};
  },

  StartMessageMoveTask(sqs, input) {
    const { handle } = sqs.moveTasks.start(
      requireText(input, 'SourceArn'),
      textIn(input, 'DestinationArn'),
      integerIn(input, 'MaxNumberOfMessagesPerSecond'),
    );
    return { output: { TaskHandle: handle } };
  },

  ListMessageMoveTasks(sqs, input) {
    const max = integerIn(input, 'MaxResults', 1, MAX_TASKS) ?? 1;
    const tasks = sqs.moveTasks.list(requireText(input, 'SourceArn'), max);
    return { output: { Results: tasks.map(toTaskResult) } };
  },

  CancelMessageMoveTask(sqs, input) {
    const { moved } = sqs.moveTasks.cancel(requireText(input, 'TaskHandle'));
    return { output: { ApproximateNumberOfMessagesMoved: moved } };
  },
};

function toTaskResult(task: MoveTask): object {
  return {
    ...(task.status === 'RUNNING' && { TaskHandle: task.handle }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ...(task.rate !== undefined && { MaxNumberOfMessagesPerSecond: task.rate }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failureReason !== undefined && { FailureReason: task.failureReason }),
    StartedTimestamp: task.startedAt,
  };
}

/** Returns a page of queues by name. A token is the name of the last queue of the page before. */
function readPage(queues: Queue[], input: Parameters<Action>[1]): { page: Queue[]; NextToken?: string } {
  const max = integerIn(input, 'MaxResults', 1, MAX_PAGE);
  const token = textIn(input, 'NextToken');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64').toString();
  if (after === '') throw invalidParameter('NextToken', token, 'Must be a token of an earlier answer.');
  const rest = queues
    .filter(({ name }) => after === undefined || name > after)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const page = rest.slice(0, max ?? MAX_PAGE);
  const last = page.at(-1);
  // Without MaxResults, SQS returns one page of up to 1,000 queues and no token.
  if (max === undefined || !last || page.length === rest.length) return { page };
  return { page, NextToken: Buffer.from(last.name).toString('base64') };
}
