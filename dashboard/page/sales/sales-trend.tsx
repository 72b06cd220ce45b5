import type { SalesReport } from '../../api.ts';
import { Chart } from '../charts/chart.tsx';
import type { ChartSeries } from '../charts/chart-options.ts';
import { formatMoney } from '../format.ts';

const UTC = { timeZone: 'UTC' } as const;
const hour = new Intl.DateTimeFormat('en-GB', { ...UTC, hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { ...UTC, day: 'numeric', month: 'short' });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Revenue per hour or day (UTC) with its moving average. */
export function SalesTrend({ report: { by, rows } }: { report: SalesReport }) {
  const periods = by === 'hour' ? 'hour' : 'day';
  const format = periods === 'hour' ? hour : day;
  const times = rows.map(({ period = '' }) => Date.parse(period) / 1_000);
  const series: ChartSeries[] = [
    { label: `Revenue per ${periods}`, color: 2, kind: 'bars', values: rows.map(({ revenue }) => revenue) },
    {
      label: `${periods === 'hour' ? '24-hour' : '7-day'} moving average`,
      color: 1,
      kind: 'line',
      values: rows.map(({ moving_average = null }) => moving_average),
    },
  ];
  const best = rows.reduce(
    (most, row) => (row.revenue > most.revenue ? row : most),
    rows[0] ?? { revenue: 0 },
  );
  const bestTime = 'period' in best && best.period ? format.format(new Date(best.period)) : 'none';
  return (
    <Chart
      title={`Revenue per ${periods}`}
      times={times}
      series={series}
      formatValue={(value) => compact.format(value)}
      formatTime={(seconds) => format.format(seconds * 1_000)}
      summary={`${rows.length} ${periods}s; highest: ${bestTime} with ${formatMoney(best.revenue)}.`}
    />
  );
}
