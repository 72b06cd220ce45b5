import type { Queue } from '../../../topology.ts';

/** One series of a chart. */
export interface ChartSeries {
  label: string;
  /** Number of its color in page.css, `--series-1` and so on; its line is dashed in its own way, too. */
  color: Queue['color'];
  /** Bars stand for what is summed over a period. */
  kind: 'line' | 'bars';
  values: readonly (number | null)[];
}

/** So that series are told apart without colours, too: lengths of dash and gap. */
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
