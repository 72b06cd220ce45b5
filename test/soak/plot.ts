import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as Plot from '@observablehq/plot';
import { COLORS, drawFigure, type Panel } from '../../cli/draw-figure.ts';
import { servicesOf } from '../../harness/start-cloud.ts';
import type { BacklogCase, BacklogSample } from './run-backlog.ts';
import type { Sample } from './sample.ts';

const MIB = 2 ** 20;

/** A line: its color, and a function that reads its value from a sample. Null leaves a gap. */
type Line = readonly [color: string, read: (sample: Sample) => number | null];

/** Plots a soak as SVG: latency, rate, memory, handles and threads over time. */
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
      ['median, or total', COLORS.blue],
      ['99th percentile', COLORS.red],
      ['heaps of the services', COLORS.green],
      ['Postgres', COLORS.purple],
      ['heaps of the functions', COLORS.gray],
    ],
    panels: [
      panel('ms from sending to confirmation', { type: 'log', nice: false, ticks: 4, tickFormat: ',' }, [
        [COLORS.blue, ({ p50 }) => p50],
        [COLORS.red, ({ p99 }) => p99],
      ]),
      panel('orders confirmed per second', from0, [
        [COLORS.blue, (sample) => (sample as (typeof rate)[number]).perSecond],
      ]),
      panel('memory, MiB: the process, its heaps, and Postgres', from0, [
        [COLORS.blue, ({ rss }) => rss / MIB],
        [COLORS.green, ({ heaps }) => servicesOf(heaps) / MIB],
        [COLORS.purple, ({ postgres }) => postgres / MIB],
        [COLORS.gray, ({ heaps }) => heaps.functions / MIB],
      ]),
      panel('open handles', from0, [[COLORS.blue, ({ handles }) => handles]]),
      panel('threads', from0, [[COLORS.blue, ({ threads }) => threads]]),
    ],
  });
}

/** Seconds per interval of a rate. */
const INTERVAL_SECONDS = 10;

/** Plots the draining of backlogs as SVG: rates, queues and memory over time. */
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
      panel(`orders confirmed per second, over ${INTERVAL_SECONDS} s`, rateUntil),
      panel('orders in the order queue', ({ waiting }) => waiting),
      panel('confirmed orders not yet shipped or recorded as sales', ({ toStore }) => toStore),
      panel('resident memory, MiB', ({ rss }) => rss / MIB),
      panel('heaps of the services, MiB', ({ heaps }) => servicesOf(heaps) / MIB),
    ],
  });
}

function rateUntil(sample: BacklogSample, samples: readonly BacklogSample[]): number | null {
  const before = samples.findLast(({ second }) => second <= sample.second - INTERVAL_SECONDS);
  return before ? (sample.confirmed - before.confirmed) / (sample.second - before.second) : null;
}

/** @param file Path relative to where npm was called; npm runs its scripts in the project's folder. */
export async function writePlot(file: string, svg: string): Promise<void> {
  const path = resolve(process.env.INIT_CWD ?? '.', file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, svg);
}
