import { UsageError } from '../../program/options.ts';
import { stopOnSignals } from '../../program/stop-on-signals.ts';
import { formatSoak } from './format-soak.ts';
import { judgeSoak } from './judge-growth.ts';
import { readSoakOptions, SOAK_HELP, type SoakOptions } from './options.ts';
import { plotSoak, writePlot } from './plot.ts';
import { runSoak } from './run-soak.ts';
import type { Sample } from './sample.ts';

/** Exit statuses: success; a failed check or an error; a usage error; a second Ctrl-C. */
const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const SAMPLE_MS = 5_000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readSoakOptions(args);
    if (options) return await run(options);
    process.stdout.write(SOAK_HELP);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function run({ minutes, plot, ...options }: SoakOptions): Promise<number> {
  const stopping = new AbortController();
  stopOnSignals(() => stopping.abort(), EXIT.interrupted);
  const result = await runSoak({
    ...options,
    duration: minutes * 60_000,
    collects: true,
    sampleEvery: SAMPLE_MS,
    onSample: print,
    signal: stopping.signal,
  });
  const growth = judgeSoak(result.samples, result.keptPerOrder, options.data);
  process.stdout.write(`\n${formatSoak(result, growth)}`);
  if (plot !== undefined) await writePlot(plot, plotSoak(result.samples));
  return result.broken.length > 0 || growth.some(({ grew }) => grew) ? EXIT.failed : EXIT.ok;
}

function print({ minute, sent, confirmed, p50, p99, rss, handles, queues }: Sample): void {
  const waiting = Object.values(queues).reduce((sum, { held }) => sum + held, 0);
  process.stdout.write(
    `${minute.toFixed(1)} min: sent ${sent}, confirmed ${confirmed} (p50 ${p50 ?? '-'} ms, p99 ${p99 ?? '-'} ms), ` +
      `waiting ${waiting}, RSS ${Math.round(rss / 2 ** 20)} MiB, handles ${handles}\n`,
  );
}
