import uPlot from 'uplot';
import type { Queue } from '../../../topology.ts';

/** One series of a chart. */
export interface ChartSeries {
  label: string;
  /** Number of its color in page.css, `--series-1` and so on, and of the dashes of its line. */
  color: Queue['color'];
  /** Bars stand for what is summed over a period. */
  kind: 'line' | 'bars';
  values: readonly (number | null)[];
}

/** Lengths of dash and gap, so that series differ without their colors, too. */
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
  /** Of a moment in epoch seconds; short. */
  formatTime: (seconds: number) => string;
  /** Least range of the x axis in seconds, to the left of the latest point. */
  span: number | null;
  width: number;
  height: number;
  onCursor: (index: number | null) => void;
}

const FONT = '12px system-ui, sans-serif';
/** Least height of the y axis, so that a single message is no mountain. */
const LEAST_TOP = 10;
/** Between lines of the y axis: 1, 2, 5, 10 and so on. */
const STEPS = Array.from(
  { length: 36 },
  (_, index) => ([1, 2, 5][index % 3] ?? 1) * 10 ** Math.floor(index / 3),
);

/** Options of uPlot for a chart in the colors that `element` has by its styles. */
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
      y: { range: (_, __, max) => [0, Math.max(LEAST_TOP, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 64,
        values: (_, splits) => splits.map(formatTime),
        // Live charts are told in minutes.
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

/** A live chart ends with the latest point; what is drawn as bars has room for half a bar at either end. */
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
