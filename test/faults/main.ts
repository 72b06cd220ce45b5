import { parseOptions, UsageError, wholeNumber } from '../../program/options.ts';
import { stopOnSignals } from '../../program/stop-on-signals.ts';
import { createSchedule } from './create-schedule.ts';
import { type RunReport, runSchedule } from './run-schedule.ts';

/** Header of a Markdown table that can be copied to the docs. */
const heading = `\
| seed | schedule | run by | faults | restarts | received | duplicates | dead-lettered | redriven | repeats | allowed | s |
|---:|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
`;

/** Formats a run as a row of the table. */
function row(report: RunReport): string {
  const { schedule, hits, restarts, messages, redriven, repeats, allowed, seconds } = report;
  const faults = Object.entries(hits).map(([kind, count]) => `${count} ${kind}`);
  const incidents = schedule.incidents.map(({ incident }) => incident.kind);
  const cells = [
    schedule.seed,
    schedule.title,
    schedule.runtime,
    [...new Set(incidents), ...faults].join(', '),
    restarts,
    messages?.received ?? '–',
    messages?.duplicates ?? '–',
    messages?.deadLettered ?? '–',
    redriven,
    repeats,
    allowed,
    seconds,
  ];
  return `| ${cells.join(' | ')} |\n`;
}

const HELP = `Usage: npm run test:faults -- [options]

Run the whole pipeline under schedules of faults, one after another, and check after each that every valid order was confirmed,
shipped and recorded as a sale once.

  --seed N    seed of the first schedule, default 1; the same seed always gives the same schedule
  --count N   number of schedules, with consecutive seeds, default 50
  --help      show this help

Exit status: 0 if all schedules pass, 1 if one fails, 2 for an invalid command line, 130 if interrupted.
`;

/** Exit status after Ctrl-C. */
const INTERRUPTED = 130;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const values = parseOptions(args, {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '50' },
      help: { type: 'boolean', short: 'h', default: false },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const first = wholeNumber('--seed', values.seed, 1, 2 ** 31);
    return await runAll(first, wholeNumber('--count', values.count, 1, 10_000));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nRun with --help for usage.\n`);
    return 2;
  }
}

async function runAll(first: number, count: number): Promise<number> {
  let stopped = false;
  stopOnSignals(() => {
    stopped = true;
    process.stderr.write('Stopping after the current schedule …\n');
  }, INTERRUPTED);
  let brokenRuns = 0;
  let seed = first;
  process.stdout.write(heading);
  for (; seed < first + count && !stopped; seed++) {
    const report = await runSchedule(createSchedule(seed));
    process.stdout.write(row(report));
    for (const broken of report.broken) process.stdout.write(`  ${broken}\n`);
    if (report.broken.length === 0) continue;
    brokenRuns++;
    process.stdout.write(`  Reproduce: npm run test:faults -- --seed ${seed} --count 1\n`);
  }
  const done = seed - first;
  process.stdout.write(`\n${done - brokenRuns} of ${done} schedules kept the promise.\n`);
  if (stopped) return INTERRUPTED;
  return brokenRuns === 0 ? 0 : 1;
}
