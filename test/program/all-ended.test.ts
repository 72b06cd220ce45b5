import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { allEnded } from '../../program/all-ended.ts';

test('returns the results in the order of the promises, not of their settling', async () => {
  const slow = turn('slow');
  expect(await allEnded([slow, Promise.resolve('quick')])).toEqual(['slow', 'quick']);
});

test('rejects with the original error, after all other promises have settled', async () => {
  let ended = false;
  async function work(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) await turn();
    ended = true;
  }
  const failure = new Error('failed');
  await expect(allEnded([work(), Promise.reject(failure)])).rejects.toBe(failure);
  expect(ended).toBe(true);
});
