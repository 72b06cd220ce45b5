import { UsageError } from '../../program/options.ts';
import { formatBacklog } from './format-backlog.ts';
import { BACKLOG_HELP, type BacklogOptions, readBacklogOptions } from './options.ts';
import { plotBacklog, writePlot } from './plot.ts';
import { type BacklogCase, type BacklogSample, runBacklog } from './run-backlog.ts';

/** Exit statuses: success; a failed check or an error; a usage error. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

const SAMPLE_MS = 2_000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readBacklogOptions(args);
    if (options) return await run(options);
    process.stdout.write(BACKLOG_HELP);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function run({ orders, seed, cases, plot }: BacklogOptions): Promise<number> {
  const done: BacklogCase[] = [];
  for (const data of cases) {
    process.stdout.write(`${data ? 'With a data directory' : 'In memory'}:\n`);
    done.push({
      data,
      ...(await runBacklog({ orders, seed, data, sampleEvery: SAMPLE_MS, onSample: print })),
    });
  }
  process.stdout.write(`\n${formatBacklog(done, orders)}`);
  if (plot !== undefined) await writePlot(plot, plotBacklog(done));
  return done.some(({ broken }) => broken.length > 0) ? EXIT.failed : EXIT.ok;
}

function print({ second, waiting, confirmed, toStore, rss }: BacklogSample): void {
  process.stdout.write(
    `${second.toFixed(0)} s: waiting ${waiting}, confirmed ${confirmed}, to store ${toStore}, RSS ${Math.round(rss / 2 ** 20)} MiB\n`,
  );
}
