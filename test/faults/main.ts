import { parseOptions, UsageError, wholeNumber } from '../../program/options.ts';
import { stopOnSignals } from '../../program/stop-on-signals.ts';
import { createSchedule } from './create-schedule.ts';
import { type RunReport, runSchedule } from './run-schedule.ts';

/** Head of a Markdown table, which can go into the docs as it is. */
const heading = `\
| seed | schedule | run by | faults that hit | deaths | received | duplicates | dead-lettered | redriven | repeats | allowed | s |
|---:|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
`;

/** One run as a row of the table. */
function row(report: RunReport): string {
  const { schedule, hits, deaths, received, duplicates, deadLettered, redriven, repeats, allowed, seconds } =
    report;
  const faults = Object.entries(hits).map(([kind, count]) => `${count} ${kind}`);
  const happened = schedule.happenings.map(({ happening }) => happening.kind);
  const cells = [
    schedule.seed,
    schedule.title,
    schedule.runtime,
    [...new Set(happened), ...faults].join(', '),
    deaths,
    received,
    duplicates,
    deadLettered,
    redriven,
    repeats,
    allowed,
    seconds,
  ];
  return `| ${cells.join(' | ')} |\n`;
}

const HELP = `Usage: npm run test:faults -- [options]

Runs the whole pipeline under schedules of faults, one after another, and checks the promise after each.

  --seed N    the first schedule (1); the same seed is always the same schedule
  --count N   how many, of seeds that follow on one another (50)
  --help      show this
`;

/** Exit status of a run that was ended by Ctrl-C. */
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
    process.stderr.write(`${error.message}\nSee --help\n`);
    return 2;
  }
}

async function runAll(first: number, count: number): Promise<number> {
  let stopped = false;
  stopOnSignals(() => {
    stopped = true;
    process.stderr.write('Stopping after this schedule …\n');
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
    process.stdout.write(`  Again: npm run test:faults -- --seed ${seed} --count 1\n`);
  }
  const done = seed - first;
  process.stdout.write(`\n${done - brokenRuns} of ${done} schedules kept the promise.\n`);
  if (stopped) return INTERRUPTED;
  return brokenRuns === 0 ? 0 : 1;
}
