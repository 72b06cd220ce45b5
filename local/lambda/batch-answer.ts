import type { InvokeResult } from './execution-environment.ts';

/** What a mapping makes of a function's answer. */
export interface BatchAnswer {
  /** Message ids that stay in the queue. */
  failed: ReadonlySet<string>;
  /** Why all of them do, where the answer as a whole is at fault. */
  reason?: string;
}

/**
 * Reads a function's answer by Lambda's rules for SQS
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html): an error fails the whole batch. With
 * `ReportBatchItemFailures`, an empty answer or list is success, and so is what the list does not name; an answer of
 * another form, or an id that is empty or not of this batch, fails the whole batch.
 *
 * @param messageIds of the batch
 */
export function readBatchAnswer(
  { payload, functionError }: InvokeResult,
  messageIds: readonly string[],
  reportsItemFailures: boolean,
): BatchAnswer {
  const wholeBatch = (reason: string): BatchAnswer => ({ failed: new Set(messageIds), reason });
  if (functionError) return wholeBatch(`function error: ${payload.slice(0, 500)}`);
  if (!reportsItemFailures) return { failed: new Set() };

  const answer: unknown = JSON.parse(payload);
  if (answer === null) return { failed: new Set() };
  if (typeof answer !== 'object' || Array.isArray(answer)) return wholeBatch('answer is not an object');
  const failures = 'batchItemFailures' in answer ? answer.batchItemFailures : null;
  if (failures === null) return { failed: new Set() };
  if (!Array.isArray(failures)) return wholeBatch('batchItemFailures is not a list');

  const known = new Set(messageIds);
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = failure?.itemIdentifier;
    if (typeof id !== 'string' || !known.has(id)) {
      return wholeBatch(`itemIdentifier ${JSON.stringify(id)} is not a message of this batch`);
    }
    failed.add(id);
  }
  return { failed };
}
