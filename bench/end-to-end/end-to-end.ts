import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineProcessCalls } from '../processes/pipeline-process.ts';
import { startProcess } from '../processes/start-process.ts';
import type { ContenderResult, Sample, Suite } from '../suite.ts';
import { takeTurns } from '../take-turns.ts';

/** Orders of a run, and how often it is measured at most: the longer one tells no more the second time. */
const RUNS = [
  { orders: 10_000, most: 5 },
  { orders: 100_000, most: 1 },
];
const SEED = 1;

export const endToEnd: Suite = {
  name: 'end-to-end',
  title:
    'What npm start runs: orders produced, confirmed, shipped and counted, all consumers and databases on.',
  async run({ repeats, scale, log }) {
    const contenders: ContenderResult[] = [];
    for (const { orders, most } of RUNS) {
      const scaled = Math.ceil(orders * scale);
      const name = `${scaled.toLocaleString('en')} orders`;
      const turns = [{ name, measure: () => measure(scaled) }];
      contenders.push(...(await takeTurns(turns, Math.min(repeats, most), log)));
    }
    return {
      metrics: [
        { name: 'produced', title: 'produced/s', digits: 0 },
        { name: 'confirmed', title: 'confirmed/s', digits: 0 },
        { name: 'stored', title: 'shipped and counted/s', digits: 0 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
      ],
      contenders,
      goals: [],
    };
  },
};

async function measure(orders: number): Promise<Sample> {
  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-bench-'));
  // Postgres does not run as root and must be able to enter it.
  await chmod(directory, 0o711);
  const { call, end } = startProcess<PipelineProcessCalls>(
    join(import.meta.dirname, '../processes/pipeline-process.ts'),
  );
  try {
    const run = await call('run', orders, SEED, directory);
    if (run.discrepancies.length > 0)
      throw new Error(`end-to-end: ${run.discrepancies.join(' and ')} do not add up`);
    return {
      produced: orders / run.produced,
      confirmed: orders / run.confirmed,
      stored: orders / run.stored,
      cpuMs: (run.cpuSeconds * 1_000_000) / orders,
    };
  } finally {
    await end();
    await rm(directory, { recursive: true, force: true });
  }
}
