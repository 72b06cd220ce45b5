import { QUEUES } from '../../../topology.ts';
import type { LiveStatus } from '../../api.ts';
import { formatCount, formatRate } from '../format.ts';
import { HISTORY_SECONDS, type History } from '../live/history.ts';
import { Chart } from './chart.tsx';
import type { ChartSeries } from './chart-options.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const formatClock = (seconds: number) => clock.format(seconds * 1_000);
const formatDepth = (value: number) =>
  value < 100_000 ? formatCount(Math.round(value)) : compact.format(value);

/** Queue depths and order rates of the last 5 minutes. */
export function LiveCharts({ status, history }: { status: LiveStatus; history: History }) {
  const shown = QUEUES.filter(({ name }) => status.queues.some((queue) => queue.name === name)).toSorted(
    (a, b) => a.color - b.color,
  );
  const depths = shown.map(
    ({ name, title, color }): ChartSeries => ({
      label: title.replace(' queue', ''),
      color,
      kind: 'line',
      values: history.depths[name],
    }),
  );
  const rates: ChartSeries[] = [
    { label: 'Ordered', color: 4, kind: 'line', values: history.in.order },
    ...shown.flatMap(({ name, done, color }): ChartSeries[] =>
      done ? [{ label: done, color, kind: 'line', values: history.out[name] }] : [],
    ),
  ];
  const shared = { times: history.times, formatTime: formatClock, span: HISTORY_SECONDS };
  return (
    <section aria-labelledby="charts-heading" class="charts">
      <h2 id="charts-heading">Last 5 minutes</h2>
      <div class="chart-pair">
        <Chart
          title="Messages in queues"
          series={depths}
          formatValue={formatDepth}
          summary={summaryOf(depths, formatDepth)}
          {...shared}
        />
        <Chart
          title="Orders per second"
          series={rates}
          formatValue={formatRate}
          summary={summaryOf(rates, formatRate)}
          {...shared}
        />
      </div>
    </section>
  );
}

function summaryOf(series: readonly ChartSeries[], format: (value: number) => string): string {
  const parts = series.map(({ label, values }) => {
    const latest = values.at(-1);
    if (latest === null || latest === undefined) return `${label}: no data yet`;
    const peak = Math.max(...values.map((value) => value ?? 0));
    return `${label}: ${format(latest)} now, peak ${format(peak)}`;
  });
  return `${parts.join('; ')}.`;
}
