import { InvalidInputError } from '../../lib/errors.ts';
import type { QueueName } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { redriveDeadLetters } from './redrive-dead-letters.ts';
import { validateBody } from './validate-body.ts';

/** No dead letter has the id, or the message is in flight elsewhere. Nothing was sent. */
export class NoSuchDeadLetterError extends InvalidInputError {}

/** The message could not be sent, or was sent and could not be deleted from the dead-letter queue. */
export class NotMovedError extends Error {}

/**
 * Sends a dead letter back to its source queue with another body and the same attributes, then deletes it.
 *
 * @param id SQS message id.
 * @throws InvalidInputError if the new body is invalid, too; nothing was sent
 * @throws NoSuchDeadLetterError
 * @throws NotMovedError
 */
export async function editDeadLetter(
  pipeline: Pipeline,
  queue: QueueName,
  id: string,
  body: string,
): Promise<void> {
  const issues = validateBody(queue, body);
  if (issues.length > 0) throw new InvalidInputError(issues.map(({ message }) => message).join('; '));
  const { matched, failures } = await redriveDeadLetters(
    pipeline,
    queue,
    { ids: [id] },
    { editBody: () => body },
  );
  const [failure] = failures;
  if (!failure) return;
  const message = `message ${id}: ${failure.message}`;
  throw matched === 0 ? new NoSuchDeadLetterError(message) : new NotMovedError(message);
}
