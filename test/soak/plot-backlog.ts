import * as Plot from '@observablehq/plot';
import { COLORS, drawFigure, type Panel } from '../../cli/draw-figure.ts';
import type { BacklogCase } from './backlog-case.ts';
import { servicesOf } from './heap-use.ts';
import type { BacklogSample } from './run-backlog.ts';

const MIB = 2 ** 20;
/** Seconds over which a rate is drawn. */
const INTERVAL_SECONDS = 10;

/** How backlogs were drained, as an SVG document: rates, what waits, and memory over time. */
export function plotBacklog(cases: readonly BacklogCase[]): string {
  const colorOf = (data: boolean) => (data ? COLORS.red : COLORS.blue);
  const panel = (
    title: string,
    read: (sample: BacklogSample, samples: BacklogSample[]) => number | null,
  ): Panel => ({
    title,
    x: { type: 'linear', label: null, tickFormat: (second: number) => `${second} s`, ticks: 10 },
    y: { zero: true },
    marks: cases.map(({ data, samples }) =>
      Plot.lineY(samples, {
        x: 'second',
        y: (sample: BacklogSample) => read(sample, samples),
        stroke: colorOf(data),
        strokeWidth: 1.3,
      }),
    ),
  });
  return drawFigure({
    title: 'Backlogs drained by the pipeline on the embedded cloud',
    legend: cases.map(({ data }) => [data ? 'with --data' : 'in memory', colorOf(data)] as const),
    panels: [
      panel(`orders confirmed a second, over ${INTERVAL_SECONDS} s`, rateUntil),
      panel('orders in the order queue', ({ waiting }) => waiting),
      panel('confirmed orders still to be shipped or counted', ({ toStore }) => toStore),
      panel('resident memory, MiB', ({ rss }) => rss / MIB),
      panel('heaps of the services, MiB', ({ heaps }) => servicesOf(heaps) / MIB),
    ],
  });
}

function rateUntil(sample: BacklogSample, samples: readonly BacklogSample[]): number | null {
  const before = samples.findLast(({ second }) => second <= sample.second - INTERVAL_SECONDS);
  return before ? (sample.confirmed - before.confirmed) / (sample.second - before.second) : null;
}
