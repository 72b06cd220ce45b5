import { AwsError } from '../aws-services/aws-error.ts';
import { type Input, structuresIn, textIn } from './input.ts';
import { missingParameter, queryCodeOf, sqsError } from './sqs-error.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_ENTRIES = 10;
const ID = /^[\w-]{1,80}$/;

/**
 * Reads the entries of a batch request.
 *
 * @throws AwsError for a batch that is refused as a whole
 */
export function readEntries(input: Input, action: string): Input[] {
  const entries = structuresIn(input, 'Entries');
  if (entries.length === 0) {
    const message = `There should be at least one ${action}RequestEntry in the request.`;
    throw sqsError('EmptyBatchRequest', message);
  }
  if (entries.length > MAX_ENTRIES) {
    const message = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
    throw sqsError('TooManyEntriesInBatchRequest', message);
  }
  const ids = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const id = textIn(entry, 'Id');
    if (id === undefined) throw missingParameter(`${action}RequestEntry.${index + 1}.Id`);
    if (!ID.test(id)) {
      const message =
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
      throw sqsError('InvalidBatchEntryId', message);
    }
    if (ids.has(id)) throw sqsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    ids.add(id);
  }
  return entries;
}

/** Runs an action for each entry. An entry that fails does not affect the others. */
export function runBatch(entries: readonly Input[], run: (entry: Input) => object): object {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: queryCodeOf(error), Message: error.message });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}
