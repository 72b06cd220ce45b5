import { InvalidInputError } from '../../lib/errors.ts';
import type { QueueName } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { judgeBody } from './judge-body.ts';
import { redriveDeadLetters } from './redrive-dead-letters.ts';

/** Nobody's letter, or one that somebody else has in hand: nothing has been sent. */
export class NoSuchLetterError extends InvalidInputError {}

/** The queue has not taken it, or it is still in the dead-letter queue as well. */
export class NotMovedError extends Error {}

/**
 * Sends a dead letter back to the queue that it came from with another body, its attributes kept, and deletes it.
 *
 * @param id SQS message id
 * @throws InvalidInputError where the body would be rejected again: nothing has been sent
 * @throws NoSuchLetterError
 * @throws NotMovedError
 */
export async function editDeadLetter(
  pipeline: Pipeline,
  queue: QueueName,
  id: string,
  body: string,
): Promise<void> {
  const issues = judgeBody(queue, body);
  if (issues.length > 0) throw new InvalidInputError(issues.map(({ message }) => message).join('; '));
  const { matched, failures } = await redriveDeadLetters(
    pipeline,
    queue,
    { ids: [id] },
    { mend: () => body },
  );
  const [failure] = failures;
  if (!failure) return;
  const message = `message ${id}: ${failure.message}`;
  throw matched === 0 ? new NoSuchLetterError(message) : new NotMovedError(message);
}
