/** The messages of a batch that a function reported as failed. */
export interface BatchAnswer {
  /** Ids of the messages that stay in the queue. */
  failed: ReadonlySet<string>;
  /** Why the whole batch failed; set only if the answer itself is invalid. */
  reason?: string;
}

/**
 * Reads a partial batch response by Lambda's rules for SQS
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html). Messages that are not listed succeeded, and
 * an empty answer or list means that all did. An answer of another form, or an unknown id, fails the whole batch.
 *
 * @param answer Return value of the handler, after a round trip through JSON.
 * @param messageIds Ids of the batch's messages.
 */
export function readBatchAnswer(answer: unknown, messageIds: readonly string[]): BatchAnswer {
  if (answer === null || answer === undefined) return { failed: new Set() };
  if (typeof answer !== 'object' || Array.isArray(answer))
    return wholeBatch(messageIds, 'answer is not an object');
  const failures = 'batchItemFailures' in answer ? answer.batchItemFailures : null;
  if (failures === null) return { failed: new Set() };
  if (!Array.isArray(failures)) return wholeBatch(messageIds, 'batchItemFailures is not a list');

  const known = new Set(messageIds);
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = failure?.itemIdentifier;
    if (typeof id !== 'string' || !known.has(id)) {
      return wholeBatch(messageIds, `itemIdentifier ${JSON.stringify(id)} is not a message of this batch`);
    }
    failed.add(id);
  }
  return { failed };
}

/** Fails the whole batch for one reason. */
export const wholeBatch = (messageIds: readonly string[], reason: string): BatchAnswer => ({
  failed: new Set(messageIds),
  reason,
});
