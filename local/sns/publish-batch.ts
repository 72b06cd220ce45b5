import { AwsError } from '../aws-services/aws-error.ts';
import { sizeOf } from './message-rules.ts';
import type { PublishRequest, Sns } from './sns.ts';
import type { Published } from './topic.ts';

/** An entry of PublishBatch. */
export interface BatchEntry extends Omit<PublishRequest, 'topicArn'> {
  id: string;
}

export interface BatchResult {
  successful: (Published & { id: string })[];
  failed: { id: string; error: AwsError }[];
}

const MAX_ENTRIES = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/**
 * Publishes each entry of a batch by itself.
 *
 * @throws AwsError for the whole batch: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html#API_PublishBatch_Errors
 */
export function publishBatch(sns: Sns, topicArn: string, entries: readonly BatchEntry[]): BatchResult {
  refuseInvalidBatch(entries, sns.topics.require(topicArn).maxBytes);
  const result: BatchResult = { successful: [], failed: [] };
  for (const { id, ...entry } of entries) {
    try {
      result.successful.push({ id, ...sns.publish({ ...entry, topicArn }) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      result.failed.push({ id, error });
    }
  }
  return result;
}

function refuseInvalidBatch(entries: readonly BatchEntry[], maxBytes: number): void {
  if (entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  }
  if (entries.length > MAX_ENTRIES) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `The batch request contains more entries than permissible (${MAX_ENTRIES}), received ${entries.length}.`,
    );
  }
  const invalid = entries.find(({ id }) => !ENTRY_ID.test(id));
  if (invalid) {
    throw new AwsError(
      'InvalidBatchEntryId',
      `The Id of a batch entry has 1 to 80 letters, digits, hyphens and underscores, received ${JSON.stringify(invalid.id)}.`,
    );
  }
  if (new Set(entries.map(({ id }) => id)).size < entries.length) {
    throw new AwsError(
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
  }
  const bytes = entries.reduce((sum, { message, attributes }) => sum + sizeOf(message, attributes), 0);
  if (bytes > maxBytes) {
    throw new AwsError(
      'BatchRequestTooLong',
      `The length of all the batch messages put together is more than the limit of ${maxBytes} bytes, received ${bytes}.`,
    );
  }
}
