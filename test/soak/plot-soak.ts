import * as Plot from '@observablehq/plot';
import { COLORS, drawFigure, type Panel } from '../../cli/draw-figure.ts';
import { servicesOf } from './heap-use.ts';
import type { Sample } from './sample.ts';

const MIB = 2 ** 20;

/** A line: what it shows, its colour, and the value of a sample; null leaves a gap. */
type Line = readonly [color: string, read: (sample: Sample) => number | null];

/** A soak as an SVG document: latency, queues, memory and handles over time. */
export function plotSoak(samples: readonly Sample[]): string {
  const rate = samples.map((sample, index) => {
    const before = samples[Math.max(0, index - 1)] ?? sample;
    const seconds = (sample.minute - before.minute) * 60;
    return { ...sample, perSecond: seconds > 0 ? (sample.confirmed - before.confirmed) / seconds : null };
  });
  const panel = (title: string, y: Plot.ScaleOptions, lines: readonly Line[]): Panel => ({
    title,
    x: { type: 'linear', label: null, tickFormat: (minute: number) => `${minute} min`, ticks: 10 },
    y,
    marks: lines.map(([stroke, read]) =>
      Plot.lineY(rate, { x: 'minute', y: read, stroke, strokeWidth: 1.3, clip: true }),
    ),
  });
  const from0 = { zero: true };
  return drawFigure({
    title: 'A soak of the pipeline on the embedded cloud',
    legend: [
      ['median, and all', COLORS.blue],
      ['99th percentile', COLORS.red],
      ['heaps of the services', COLORS.green],
      ['Postgres', COLORS.purple],
      ['heaps of the functions', COLORS.grey],
    ],
    panels: [
      panel('ms from sending to confirmation', { type: 'log', nice: false, ticks: 4, tickFormat: ',' }, [
        [COLORS.blue, ({ p50 }) => p50],
        [COLORS.red, ({ p99 }) => p99],
      ]),
      panel('orders confirmed a second', from0, [
        [COLORS.blue, (sample) => (sample as (typeof rate)[number]).perSecond],
      ]),
      panel('memory, MiB: the process, its heaps, and Postgres', from0, [
        [COLORS.blue, ({ rss }) => rss / MIB],
        [COLORS.green, ({ heaps }) => servicesOf(heaps) / MIB],
        [COLORS.purple, ({ postgres }) => postgres / MIB],
        [COLORS.grey, ({ heaps }) => heaps.functions / MIB],
      ]),
      panel('open handles', from0, [[COLORS.blue, ({ handles }) => handles]]),
      panel('threads', from0, [[COLORS.blue, ({ threads }) => threads]]),
    ],
  });
}
