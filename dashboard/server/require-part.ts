import { Refusal } from './refusal.ts';

/**
 * What a route needs of the pipeline, where it has it.
 *
 * @param reason why it may not have it
 * @throws Refusal
 */
export function requirePart<Part>(part: Part | undefined, reason: string): Part {
  if (part === undefined) throw new Refusal(404, reason);
  return part;
}
