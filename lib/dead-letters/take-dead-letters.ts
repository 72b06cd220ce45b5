import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';
import { type Choice, choose } from './choice.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type HeldMessages, type HoldOptions, holdMessages } from './hold-messages.ts';
import { toDeadLetters } from './to-dead-letters.ts';

/** Dead letters that were chosen, in hand; to be disposed of. */
export interface TakenDeadLetters {
  held: HeldMessages;
  /** Oldest first. */
  chosen: DeadLetter[];
  /** Ids of the choice that no letter has. */
  missing: string[];
}

/**
 * Takes the dead letters of a choice in hand; all others are given back at once.
 *
 * @throws ServiceError; nothing is in hand then
 */
export async function takeDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  choice: Choice,
  options: Pick<HoldOptions, 'signal' | 'onProgress'>,
): Promise<TakenDeadLetters> {
  const { ids } = choice;
  const enough = ids && ((messages: ReadonlyMap<string, unknown>) => ids.every((id) => messages.has(id)));
  await using cleanUp = new AsyncDisposableStack();
  const held = cleanUp.use(await holdMessages(pipeline, queue, { ...options, enough }));
  const letters = await toDeadLetters(pipeline, queue, held.messages.values());
  const { chosen, missing } = choose(letters, choice);
  const wanted = new Set(chosen.map(({ id }) => id));
  await held.release([...held.messages.keys()].filter((id) => !wanted.has(id)));
  cleanUp.move();
  return {
    held,
    chosen: chosen.sort((one, other) => (one.sent_at < other.sent_at ? -1 : 1)),
    missing,
  };
}
