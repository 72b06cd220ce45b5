import type { ReadBytes } from './read-bytes.ts';
import { readOnwards } from './read-onwards.ts';

const LF = 10;
const CR = 13;

/**
 * The first place at or after `at` where a line begins; `until` where there is none before it.
 *
 * @param at above 0: the byte before tells whether a line begins there
 */
export async function lineStart(read: ReadBytes, at: number, until: number): Promise<number> {
  let place = at - 1;
  let afterCr = false;
  for await (const chunk of readOnwards(read, place, until)) {
    if (chunk.length === 0) continue;
    if (afterCr) return chunk[0] === LF ? place + 1 : place;
    const lf = chunk.indexOf(LF);
    const cr = (lf === -1 ? chunk : chunk.subarray(0, lf)).indexOf(CR);
    if (cr !== -1 && cr < chunk.length - 1) return place + cr + (chunk[cr + 1] === LF ? 2 : 1);
    if (cr === -1 && lf !== -1) return place + lf + 1;
    afterCr = cr !== -1;
    place += chunk.length;
  }
  return until;
}
