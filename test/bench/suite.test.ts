import { expect, it } from 'vitest';
import { takeTurns } from '../../bench/suite.ts';

it('contenders take turns, in reverse order every other round, and keep their own samples', async () => {
  const turns: string[] = [];
  const contender = (name: string) => ({
    name,
    measure: async () => {
      turns.push(name);
      return { turn: turns.length };
    },
  });
  const lines: string[] = [];
  const results = await takeTurns([contender('ours'), contender('peer')], 3, (line) => lines.push(line));
  expect(turns).toEqual(['ours', 'peer', 'peer', 'ours', 'ours', 'peer']);
  expect(results).toEqual([
    { name: 'ours', samples: [{ turn: 1 }, { turn: 4 }, { turn: 5 }] },
    { name: 'peer', samples: [{ turn: 2 }, { turn: 3 }, { turn: 6 }] },
  ]);
  expect(lines[2]).toBe('2/3 peer: turn 3');
});
