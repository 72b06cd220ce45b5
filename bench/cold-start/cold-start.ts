import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../statistics.ts';
import { type ContenderResult, type Goal, NOISY, type Sample, type Suite } from '../suite.ts';
import { bundlePair } from './bundle-pair.ts';
import { readFunctions } from './read-functions.ts';
import { timeImport } from './time-import.ts';

/** An import takes a tenth of a second, so there is time for more than one a round. */
const IMPORTS_A_REPEAT = 3;

/**
 * What a new execution environment of a function has to load. Each function stands beside a bare handler, built with the same
 * options, that constructs the clients which the function's own code holds.
 */
export const coldStart: Suite = {
  name: 'cold-start',
  title: 'The import of each function in a fresh process, beside a bare handler with the same SDK clients.',

  async run({ repeats, log }) {
    const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-cold-start-'));
    try {
      const pairs = [];
      for (const { name, handler, environment } of await readFunctions()) {
        const { whole, bare, clients } = await bundlePair(name, handler, folder);
        log(`${name}: bundled, with ${clients.join(', ')}`);
        pairs.push({
          name,
          environment,
          whole,
          bare,
          samples: { whole: [] as Sample[], bare: [] as Sample[] },
        });
      }
      const rounds = repeats * IMPORTS_A_REPEAT;
      for (let round = 1; round <= rounds; round++) {
        for (const { environment, whole, bare, samples } of pairs) {
          samples.whole.push({ ...(await timeImport(whole, environment)), zipKb: whole.zipKb });
          samples.bare.push({ ...(await timeImport(bare, environment)), zipKb: bare.zipKb });
        }
        log(`round ${round} of ${rounds}`);
      }
      return {
        metrics: [
          { name: 'importMs', title: 'import ms', digits: 1 },
          { name: 'cpuMs', title: 'CPU ms', digits: 1 },
          { name: 'zipKb', title: 'zip kB', digits: 0 },
        ],
        contenders: pairs.flatMap(({ name, samples }): ContenderResult[] => [
          { name, samples: samples.whole },
          { name: `${name}, bare`, samples: samples.bare },
        ]),
        // An import is computing all the time: its processor time is what it takes where nobody else has the processor.
        goals: pairs.map(({ name, samples }): Goal => {
          const cpuMs = (of: readonly Sample[]) => median(of.map((sample) => sample.cpuMs ?? Number.NaN));
          return {
            id: `cold-start/${name}`,
            title: 'processor time of an import, times the bare one',
            value: cpuMs(samples.whole) / cpuMs(samples.bare),
            bound: { atMost: 2 },
            tolerance: NOISY,
          };
        }),
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
