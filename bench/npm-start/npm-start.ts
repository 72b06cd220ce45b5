import { median } from '../statistics.ts';
import { NOISY, type Suite } from '../suite.ts';
import { startOnce } from './start-once.ts';

/** How long a newcomer waits for `npm start`: from the command to the line that says that it is up. */
export const npmStart: Suite = {
  name: 'npm-start',
  title: 'npm start, from the command until it is up, with nothing changed since the start before.',

  async run({ repeats, log }) {
    // The first one fills the caches that it may find empty.
    await startOnce();
    const samples = [];
    for (let round = 1; round <= repeats; round++) {
      samples.push(await startOnce());
      log(`start ${round} of ${repeats}`);
    }
    return {
      metrics: [
        { name: 'readySeconds', title: 's until up', digits: 2 },
        { name: 'cpuSeconds', title: 'CPU s until up', digits: 2 },
      ],
      contenders: [{ name: 'npm start', samples: samples.map((sample) => ({ ...sample })) }],
      goals: [
        {
          id: 'npm-start/ready',
          title: 'seconds until it is up',
          value: median(samples.map(({ readySeconds }) => readySeconds)),
          bound: { atMost: 4 },
          tolerance: NOISY,
        },
      ],
    };
  },
};
