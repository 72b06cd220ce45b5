import { hash } from 'node:crypto';

/** Numbers in [0, 1) by sfc32 (Chris Doty-Humphrey, PractRand), its four words of state cut from a hash of the seed. */
export function seededRandom(seed: number): () => number {
  const state = hash('sha256', String(seed), 'buffer');
  let [a = 0, b = 0, c = 0, d = 0] = [0, 4, 8, 12].map((offset) => state.readInt32LE(offset));
  return () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
