import { medianOf } from '../median-of.ts';
import { NOISY, type Suite } from '../suite.ts';
import { takeTurns } from '../take-turns.ts';
import { startOnce } from './start-once.ts';

const NAME = 'npm start';

/** How long a newcomer waits for `npm start`: from the command to the line that says that it is up. */
export const npmStart: Suite = {
  name: 'npm-start',
  title: 'npm start, from the command until it is up, with nothing changed since the start before.',

  async run({ repeats, log }) {
    // The first one fills the caches that it may find empty.
    await startOnce();
    const contenders = await takeTurns([{ name: NAME, measure: startOnce }], repeats, log);
    return {
      metrics: [
        { name: 'readySeconds', title: 's until up', digits: 2 },
        { name: 'cpuSeconds', title: 'CPU s until up', digits: 2 },
      ],
      contenders,
      goals: [
        {
          id: 'npm-start/ready',
          title: 'seconds until it is up',
          value: medianOf(contenders, NAME, 'readySeconds'),
          bound: { atMost: 4 },
          tolerance: NOISY,
        },
      ],
    };
  },
};
