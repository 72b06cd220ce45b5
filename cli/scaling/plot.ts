import * as Plot from '@observablehq/plot';
import { COLORS, drawFigure, LEFT, type Panel, RIGHT } from '../draw-figure.ts';
import { DAY_SECONDS, STEP_SECONDS } from './black-friday.ts';
import { POLICIES, type PolicyName, type Run } from './compare.ts';
import type { Step } from './simulate.ts';

/** The rush is drawn at a larger scale than the rest of the day. It ends at this hour and this pixel. */
const RUSH_HOURS = 2;
const RUSH_TICKS = [0, 0.5, 1, 1.5];
const RUSH_RIGHT = 400;

const COLOR_OF: Record<PolicyName, string> = {
  'event source mapping': COLORS.blue,
  'backlog per instance': COLORS.green,
  'queue length': COLORS.red,
};

/** Steps per point of a line: one point a minute. */
const STEPS_PER_POINT = 6;

/** One point of a line. It shows the maximum of its steps, so that no peak is lost. */
interface Point {
  policy: PolicyName;
  hour: number;
  /** Orders a second, on average. */
  arriving: number;
  /** Orders a second that the working instances can process. */
  capacity: number;
  backlog: number;
  present: number;
}

/** The properties of a point that are drawn as lines. */
type Line = 'capacity' | 'backlog' | 'present';

/**
 * Draws the runs as an SVG document: arrivals and capacity, orders in the queue, and instances. The same runs give the same
 * bytes.
 */
export function plotRuns(runs: readonly Run[], ratePerWorker: number): string {
  const points = runs.flatMap(({ policy, steps }) => toPoints(policy, steps, ratePerWorker));
  const hours = Math.ceil(Math.max(DAY_SECONDS / 3_600, ...points.map(({ hour }) => hour)));
  const lines = (y: Line) =>
    Plot.lineY(bends(points, y), {
      x: 'hour',
      y,
      z: 'policy',
      stroke: ({ policy }: Point) => COLOR_OF[policy],
      strokeWidth: 1.3,
    });
  const arrivals = points.filter(({ policy }) => policy === POLICIES[0]);

  return drawFigure({
    title: 'Three scaling policies on a Black Friday',
    legend: [
      ['orders arriving', COLORS.gray],
      ...POLICIES.map((policy) => [policy, COLOR_OF[policy]] as const),
    ],
    panels: [
      panelOf('orders a second: arriving, and capacity of the working instances', hours, [
        Plot.areaY(arrivals, { x: 'hour', y: 'arriving', fill: COLORS.gray }),
        lines('capacity'),
      ]),
      panelOf('orders in the queue', hours, [lines('backlog')]),
      panelOf('instances, including warm-up; for the mapping, concurrent invocations', hours, [
        lines('present'),
      ]),
    ],
  });
}

function toPoints(policy: PolicyName, steps: readonly Step[], ratePerWorker: number): Point[] {
  const points = Array.from({ length: Math.ceil(steps.length / STEPS_PER_POINT) }, (_, index) =>
    steps.slice(index * STEPS_PER_POINT, (index + 1) * STEPS_PER_POINT),
  );
  return points.map((group, index) => ({
    policy,
    hour: (index * STEPS_PER_POINT * STEP_SECONDS) / 3_600,
    arriving: group.reduce((sum, { arrived }) => sum + arrived, 0) / (group.length * STEP_SECONDS),
    capacity: Math.max(...group.map(({ working }) => working)) * ratePerWorker,
    backlog: Math.max(...group.map(({ backlog }) => backlog)),
    present: Math.max(...group.map(({ present }) => present)),
  }));
}

/** Omits the points between the ends of a horizontal line. */
function bends(points: readonly Point[], y: Line): Point[] {
  return points.filter((point, index) =>
    [points[index - 1], points[index + 1]].some(
      (neighbor) => neighbor?.policy !== point.policy || neighbor[y] !== point[y],
    ),
  );
}

function panelOf(title: string, hours: number, marks: Plot.Markish[]): Panel {
  // A day has one label every two hours. A longer time gets no more labels than a day.
  const every = 2 * Math.ceil(hours / 26);
  return {
    title,
    x: {
      type: 'linear',
      domain: [0, RUSH_HOURS, hours],
      range: [LEFT, RUSH_RIGHT, RIGHT],
      ticks: [
        ...RUSH_TICKS,
        ...Array.from({ length: Math.floor(hours / every) }, (_, index) => every * (index + 1)),
      ],
      tickFormat: timeOfDay,
      label: null,
    },
    marks: [
      ...marks,
      Plot.text(['larger scale up to here'], {
        x: RUSH_HOURS,
        frameAnchor: 'top-left',
        dx: 5,
        fill: '#666666',
      }),
      Plot.ruleX([RUSH_HOURS], { stroke: '#888888', strokeDasharray: '3,3' }),
      Plot.ruleY([0]),
    ],
  };
}

function timeOfDay(hour: number): string {
  if (hour > 24) return `${hour} h`;
  const digits = (value: number) => String(value).padStart(2, '0');
  return `${digits(Math.floor(hour))}:${digits((hour % 1) * 60)}`;
}
