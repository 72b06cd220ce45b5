import { useEffect, useId, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { type ChartSeries, chartOptions, DASHES } from './chart-options.ts';

interface ChartProps {
  title: string;
  /** Epoch seconds, increasing. */
  times: readonly number[];
  series: readonly ChartSeries[];
  formatValue: (value: number) => string;
  formatTime: (seconds: number) => string;
  /** Minimum range of the x axis in seconds. Default: the range of the data. */
  span?: number | null;
  /** Description for screen readers. */
  summary: string;
}

const HEIGHT = 190;

/** A time chart. Its legend shows the values at the cursor, or the latest values. */
export function Chart({ title, times, series, formatValue, formatTime, span = null, summary }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const scheme = useColorScheme();
  const id = useId();
  const data = [times, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const size = () => ({ width: element.clientWidth, height: HEIGHT });
    const look = { series, formatValue, formatTime, span, onCursor: setCursor, ...size() };
    const made = new uPlot(chartOptions(element, look), data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== made.width) made.setSize(size());
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
    // Only a change of appearance creates a new plot; the effect below updates the data.
  }, [scheme, series.map(({ label, kind }) => label + kind).join()]);

  useEffect(() => plot.current?.setData(data), [times, series]);

  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>{title}</h3>
        <Legend series={series} index={cursor ?? times.length - 1} formatValue={formatValue} />
        <p class="visually-hidden">{summary}</p>
      </figcaption>
      <div class="plot" ref={place} aria-hidden="true" />
    </figure>
  );
}

/** Returns whether the color scheme is dark. A canvas does not follow CSS, so a change needs a new plot. */
function useColorScheme(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const read = () => setDark(query.matches);
    query.addEventListener('change', read);
    return () => query.removeEventListener('change', read);
  }, []);
  return dark;
}

interface LegendProps {
  series: readonly ChartSeries[];
  /** Index of the point whose values are shown. */
  index: number;
  formatValue: (value: number) => string;
}

/** The series of a chart, each with its dash pattern and a value. */
function Legend({ series, index, formatValue }: LegendProps) {
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
