import { table } from '../../cli/table.ts';
import { servicesOf } from '../../harness/start-cloud.ts';
import { percentile } from '../../harness/statistics.ts';
import type { Growth } from './judge-growth.ts';
import type { SoakResult } from './run-soak.ts';
import type { Sample } from './sample.ts';

const MIB = 2 ** 20;

/** Formats a soak: its course, the outcome of the orders, and whether anything grew. */
export function formatSoak(result: SoakResult, growth: readonly Growth[]): string {
  return [stages(result.samples), orders(result), growths(growth), verdict(result, growth)].join('\n');
}

/** A tenth of the run in each line: medians, and the worst of the latencies. */
function stages(samples: readonly Sample[]): string {
  const size = Math.ceil(samples.length / 10);
  const groups = Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
    samples.slice(index * size, (index + 1) * size),
  );
  const rows = groups.map((group) => {
    const median = (read: (sample: Sample) => number) => percentile(group.map(read), 0.5) ?? 0;
    const most = (read: (sample: Sample) => number) => Math.max(...group.map(read));
    const first = group[0] as Sample;
    const last = group.at(-1) as Sample;
    const seconds = Math.max(1, (last.minute - first.minute) * 60);
    return [
      last.minute.toFixed(1),
      number((last.sent - first.sent) / seconds),
      number((last.confirmed - first.confirmed) / seconds),
      number(median(({ p50 }) => p50 ?? 0)),
      number(most(({ p99 }) => p99 ?? 0)),
      number(median(({ rss }) => rss / MIB)),
      number(median(({ heaps }) => servicesOf(heaps) / MIB)),
      number(median(({ postgres }) => postgres / MIB)),
      number(median(({ handles }) => handles)),
      number(median(({ threads }) => threads)),
      number(most(({ queues }) => queues.order?.held ?? 0)),
      number(most(({ queues }) => queues.order?.oldestSeconds ?? 0)),
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
  const inOrder = redrivable.order?.length ?? 0;
  const injected = Object.entries(faults).map(([kind, count]) => `${kind} ${number(count)}`);
  const rows: [string, string][] = [
    ['orders sent', number(load.counts.order)],
    ['sent twice', number(load.counts.duplicate)],
    ['no orders', number(load.counts.invalid)],
    ['taken by the order queue', number(counts.received)],
    ['= confirmed', number(confirmations.found)],
    ['+ duplicates', number(counts.received - confirmations.found - counts.deadLettered)],
    ['+ dead-lettered', `${number(counts.deadLettered)}, of which in order ${number(inOrder)}`],
    ['refused over HTTP, in files', `${number(load.refused)}, ${number(rejected)}`],
    ['confirmed twice', number(confirmations.repeated)],
    [
      'shipped, backordered',
      `${number(counts.stored?.scheduled ?? 0)}, ${number(counts.stored?.backordered ?? 0)}`,
    ],
    ['counted', number(counts.stored?.rows.sales ?? 0)],
    ['faults', injected.join(', ') || 'none'],
    ['HTTP requests sent again', number(load.resent)],
    ['drained after', `${number(drainMs / 1_000)} s`],
    ['heap kept for an order', keptPerOrder === null ? 'not measured' : `${number(keptPerOrder)} bytes`],
  ];
  return table(['', ''], rows, 'll').split('\n').slice(1).join('\n');
}

function growths(growth: readonly Growth[]): string {
  if (growth.length === 0) return '  Too short to tell whether anything grows.\n';
  const rows = growth.map(({ name, perMinute, allowed, grew }) => [
    name,
    perMinute.toFixed(2),
    allowed.toFixed(2),
    grew ? 'grew' : '',
  ]);
  return table(['growth a minute', 'measured', 'allowed', ''], rows, 'lrrl');
}

function verdict({ broken }: SoakResult, growth: readonly Growth[]): string {
  const grown = growth.filter(({ grew }) => grew).map(({ name }) => name);
  const faults = [...broken.map((promise) => `broken: ${promise}`), ...grown.map((name) => `grew: ${name}`)];
  return faults.length > 0
    ? `  NOT well: ${faults.join('; ')}.\n`
    : '  Well: each order is accounted for, shipped once and counted once, and nothing grows.\n';
}

const number = (value: number): string => Math.round(value).toLocaleString('en');
