import { table } from '../../cli/table.ts';
import { servicesOf } from '../../harness/start-cloud.ts';
import { percentile } from '../../harness/statistics.ts';
import { type Growth, MIN_MINUTES } from './judge-growth.ts';
import type { SoakResult } from './run-soak.ts';
import type { Sample } from './sample.ts';

const MIB = 2 ** 20;

/** Formats a soak: its course, the outcome of the orders, and whether anything grew. */
export function formatSoak(result: SoakResult, growth: readonly Growth[]): string {
  return [stages(result.samples), orders(result), growths(growth), verdict(result, growth)].join('\n');
}

/** Formats one row per tenth of the run, with medians, and maxima of p99 and queue. */
function stages(samples: readonly Sample[]): string {
  const size = Math.ceil(samples.length / 10);
  const groups = Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
    samples.slice(index * size, (index + 1) * size),
  );
  const rows = groups.map((group) => {
    const median = (read: (sample: Sample) => number) => percentile(group.map(read), 0.5) ?? 0;
    const max = (read: (sample: Sample) => number) => Math.max(...group.map(read));
    const first = group[0] as Sample;
    const last = group.at(-1) as Sample;
    const seconds = Math.max(1, (last.minute - first.minute) * 60);
    return [
      last.minute.toFixed(1),
      number((last.sent - first.sent) / seconds),
      number((last.confirmed - first.confirmed) / seconds),
      number(median(({ p50 }) => p50 ?? 0)),
      number(max(({ p99 }) => p99 ?? 0)),
      number(median(({ rss }) => rss / MIB)),
      number(median(({ heaps }) => servicesOf(heaps) / MIB)),
      number(median(({ postgres }) => postgres / MIB)),
      number(median(({ handles }) => handles)),
      number(median(({ threads }) => threads)),
      number(max(({ queues }) => queues.order?.held ?? 0)),
      number(max(({ queues }) => queues.order?.oldestSeconds ?? 0)),
    ];
  });
  const header = [
    'minute',
    'sent/s',
    'confirmed/s',
    'p50 ms',
    'p99 ms',
    'RSS MiB',
    'heap MiB',
    'Postgres MiB',
    'handles',
    'threads',
    'in queue',
    'oldest s',
  ];
  return table(header, rows, 'r'.repeat(header.length));
}

function orders({ evidence, faults, drainMs, keptPerOrder }: SoakResult): string {
  const { load, counts, confirmations, redrivable, receipts } = evidence;
  const rejected = receipts.reduce((sum, receipt) => sum + receipt.rejected, 0);
  const redrivableOrders = redrivable.order?.length ?? 0;
  const injected = Object.entries(faults).map(([kind, count]) => `${kind} ${number(count)}`);
  const rows: [string, string][] = [
    ['orders sent', number(load.counts.order)],
    ['sent twice', number(load.counts.duplicate)],
    ['invalid', number(load.counts.invalid)],
    ['received from the order queue', number(counts.received)],
    ['= confirmed', number(confirmations.found)],
    ['+ duplicates', number(counts.received - confirmations.found - counts.deadLettered)],
    ['+ dead-lettered', `${number(counts.deadLettered)}, ${number(redrivableOrders)} of them redrivable`],
    ['rejected over HTTP, in files', `${number(load.refused)}, ${number(rejected)}`],
    ['repeated confirmations', number(confirmations.repeated)],
    [
      'shipped, backordered',
      `${number(counts.stored?.scheduled ?? 0)}, ${number(counts.stored?.backordered ?? 0)}`,
    ],
    ['recorded as sales', number(counts.stored?.rows.sales ?? 0)],
    ['faults injected', injected.join(', ') || 'none'],
    ['HTTP requests repeated', number(load.resent)],
    ['drained after', `${number(drainMs / 1_000)} s`],
    ['heap retained per order', keptPerOrder === null ? 'not measured' : `${number(keptPerOrder)} bytes`],
  ];
  return table(['', ''], rows, 'll').split('\n').slice(1).join('\n');
}

function growths(growth: readonly Growth[]): string {
  if (growth.length === 0) return `  Growth is not checked in runs shorter than ${MIN_MINUTES} minutes.\n`;
  const rows = growth.map(({ name, perMinute, allowed, grew }) => [
    name,
    perMinute.toFixed(2),
    allowed.toFixed(2),
    grew ? 'grew' : '',
  ]);
  return table(['growth per minute', 'measured', 'allowed', ''], rows, 'lrrl');
}

function verdict({ broken }: SoakResult, growth: readonly Growth[]): string {
  const grown = growth.filter(({ grew }) => grew).map(({ name }) => name);
  const failures = [...broken.map((clause) => `broken: ${clause}`), ...grown.map((name) => `grew: ${name}`)];
  if (failures.length > 0) return `  FAILED: ${failures.join('; ')}.\n`;
  const noGrowth = growth.length > 0 ? ', and nothing grows' : '';
  return `  OK: every order is accounted for, shipped once and recorded as one sale${noGrowth}.\n`;
}

const number = (value: number): string => Math.round(value).toLocaleString('en');
