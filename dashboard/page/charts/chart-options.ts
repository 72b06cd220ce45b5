import uPlot from 'uplot';
import type { Queue } from '../../../topology.ts';

/** One series of a chart. */
export interface ChartSeries {
  label: string;
  /** Number of its CSS color, `--series-1` to `--series-8`, and of its dash pattern. */
  color: Queue['color'];
  /** Bars are for sums over a period. */
  kind: 'line' | 'bars';
  values: readonly (number | null)[];
}

/** Dash patterns, so that series can be distinguished without color. */
export const DASHES: Readonly<Record<ChartSeries['color'], number[]>> = {
  1: [],
  2: [8, 4],
  3: [2, 3],
  4: [10, 3, 2, 3],
  5: [14, 4],
  6: [4, 4],
  7: [10, 3, 2, 3, 2, 3],
  8: [1, 4],
};

interface ChartLook {
  series: readonly ChartSeries[];
  formatValue: (value: number) => string;
  /** Formats epoch seconds as an axis label. */
  formatTime: (seconds: number) => string;
  /** Minimum range of the x axis in seconds, ending at the latest point; null for the range of the data. */
  span: number | null;
  width: number;
  height: number;
  onCursor: (index: number | null) => void;
}

const FONT = '12px system-ui, sans-serif';
/** Minimum of the y axis' upper end, so that one message does not fill the chart. */
const MIN_TOP = 10;
/** Distances between grid lines of the y axis: 1, 2, 5, 10 and so on. */
const STEPS = Array.from(
  { length: 36 },
  (_, index) => ([1, 2, 5][index % 3] ?? 1) * 10 ** Math.floor(index / 3),
);

/** Returns uPlot options that use the CSS colors of `element`. */
export function chartOptions(element: HTMLElement, look: ChartLook): uPlot.Options {
  const { series, formatValue, formatTime, span, width, height, onCursor } = look;
  const styles = getComputedStyle(element);
  const color = (name: string) => styles.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: color('--muted'),
    font: FONT,
    grid: { stroke: color('--grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { range: ({ data }, min, max) => rangeOf(data[0].length, min, max, span) },
      y: { range: (_, __, max) => [0, Math.max(MIN_TOP, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 64,
        values: (_, splits) => splits.map(formatTime),
        // Live charts have ticks at full minutes.
        ...(span !== null && { incrs: [60, 120] }),
      },
      { ...axis, size: 56, space: 34, incrs: STEPS, values: (_, splits) => splits.map(formatValue) },
    ],
    series: [
      {},
      ...series.map((each) =>
        seriesOptions(each, color(each.kind === 'bars' ? '--bars' : `--series-${each.color}`)),
      ),
    ],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
  };
}

/** Returns the range of the x axis: the last `span` seconds, or all data with half a bar of padding at each end. */
function rangeOf(points: number, min: number, max: number, span: number | null): [number, number] {
  if (span !== null) return [Math.min(min, max - span), max];
  const half = points > 1 ? (max - min) / (points - 1) / 2 : 1;
  return [min - half, max + half];
}

function seriesOptions({ color, kind }: ChartSeries, stroke: string): uPlot.Series {
  if (kind === 'line') return { stroke, width: 2, dash: DASHES[color], points: { show: false } };
  const paths = uPlot.paths.bars?.({ size: [0.7, 40] });
  return { fill: stroke, stroke, width: 0, points: { show: false }, ...(paths && { paths }) };
}
