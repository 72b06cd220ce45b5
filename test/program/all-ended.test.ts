import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { allEnded } from '../../program/all-ended.ts';

test('what all promises come to is told in their order, whichever ends first', async () => {
  const slow = turn('slow');
  expect(await allEnded([slow, Promise.resolve('quick')])).toEqual(['slow', 'quick']);
});

test('a failure is told once the others have ended, and as it is', async () => {
  let ended = false;
  async function work(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) await turn();
    ended = true;
  }
  const failure = new Error('failed at once');
  await expect(allEnded([work(), Promise.reject(failure)])).rejects.toBe(failure);
  expect(ended).toBe(true);
});
