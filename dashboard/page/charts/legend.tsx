import { type ChartSeries, DASHES } from './chart-series.ts';

interface LegendProps {
  series: readonly ChartSeries[];
  /** Of the point whose values it tells. */
  index: number;
  formatValue: (value: number) => string;
}

/** What the lines of a chart are, each with its dashes, and a value of each. */
export function Legend({ series, index, formatValue }: LegendProps) {
  return (
    <ul class="legend" aria-hidden="true">
      {series.map(({ label, color, kind, values }) => {
        const value = values[index];
        return (
          <li key={label}>
            <svg
              width="20"
              height="10"
              class={`swatch ${kind === 'bars' ? 'bars' : `series-${color}`}`}
              aria-hidden="true"
            >
              {kind === 'bars' ? (
                <rect x="4" y="0" width="12" height="10" />
              ) : (
                <line
                  x1="0"
                  x2="20"
                  y1="5"
                  y2="5"
                  stroke-width="2.5"
                  stroke-dasharray={DASHES[color].join(' ')}
                />
              )}
            </svg>
            {label}
            <span class="number legend-value">
              {value === null || value === undefined ? '–' : formatValue(value)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
