/** What a function's answer says of the messages of its batch. */
export interface BatchAnswer {
  /** Message ids that stay in the queue. */
  failed: ReadonlySet<string>;
  /** Why all of them do, where the answer as a whole is at fault. */
  reason?: string;
}

/**
 * Reads the answer of a function that reports failures item by item, by Lambda's rules for SQS
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html): an empty answer or list is success, and
 * so is what the list does not name; an answer of another form, or an id that is empty or not of this batch, fails the
 * whole batch.
 *
 * @param answer what the handler returned, as JSON carries it
 * @param messageIds of the batch
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

/** All messages stay in the queue, for one reason. */
export const wholeBatch = (messageIds: readonly string[], reason: string): BatchAnswer => ({
  failed: new Set(messageIds),
  reason,
});
