import { allEnded } from '../batch/all-ended.ts';
import { InvalidInputError } from '../invalid-input-error.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { DeadLetter } from './dead-letter.ts';
import { takeDeadLetters } from './take-dead-letters.ts';

/**
 * Finds dead letters by their SQS message ids, in whichever queue they are; they are all back afterwards.
 *
 * @returns them in the order given
 * @throws InvalidInputError that names those which are not there, or which somebody else has in hand
 * @throws ServiceError
 */
export async function findDeadLetters(
  pipeline: Pipeline,
  ids: readonly string[],
  options: { signal?: AbortSignal | undefined } = {},
): Promise<DeadLetter[]> {
  const searches = pipeline.queues.map(async ({ name }) => {
    const { held, chosen } = await takeDeadLetters(pipeline, name, { ids }, options);
    await held[Symbol.asyncDispose]();
    return chosen;
  });
  const found = await allEnded(searches);
  const byId = new Map(found.flat().map((letter) => [letter.id, letter]));
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length > 0) {
    throw new InvalidInputError(
      `message id: must be that of a message in a dead-letter queue that nobody has in hand, received ${missing.join(', ')}`,
    );
  }
  return ids.flatMap((id) => byId.get(id) ?? []);
}
