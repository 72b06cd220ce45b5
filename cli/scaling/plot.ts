import * as Plot from '@observablehq/plot';
import { COLORS, drawFigure, LEFT, type Panel, RIGHT } from '../draw-figure.ts';
import { DAY_SECONDS, STEP_SECONDS } from './black-friday.ts';
import { POLICIES, type PolicyName, type Run } from './compare.ts';
import type { Step } from './simulate.ts';

/** The rush is drawn wider than the rest of the day: until this hour, as far as this pixel. */
const RUSH_HOURS = 2;
const RUSH_TICKS = [0, 0.5, 1, 1.5];
const RUSH_RIGHT = 400;

const COLOR_OF: Record<PolicyName, string> = {
  'event source mapping': COLORS.blue,
  'backlog per instance': COLORS.green,
  'queue length': COLORS.red,
};

/** Steps that make one point of a line; what is decided once a minute has one a minute. */
const STEPS_PER_POINT = 6;

/** One point of a line: the most of what its steps have, so that no peak is lost. */
interface Point {
  policy: PolicyName;
  hour: number;
  /** Orders a second, on average. */
  arriving: number;
  /** Orders a second that those at work could get done. */
  capacity: number;
  backlog: number;
  present: number;
}

/** What of a point a line follows. */
type Line = 'capacity' | 'backlog' | 'present';

/**
 * The simulation as an SVG document, the same bytes for the same runs: what arrives and what could be done, how many orders
 * wait, and how many instances there are.
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
      ['orders arriving', COLORS.grey],
      ...POLICIES.map((policy) => [policy, COLOR_OF[policy]] as const),
    ],
    panels: [
      panelOf('orders a second: arriving, and what those at work could get done', hours, [
        Plot.areaY(arrivals, { x: 'hour', y: 'arriving', fill: COLORS.grey }),
        lines('capacity'),
      ]),
      panelOf('orders in the queue', hours, [lines('backlog')]),
      panelOf('instances, warming up or at work; of the mapping, invocations at once', hours, [
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

/** The points without those at which a level line just goes on. */
function bends(points: readonly Point[], y: Line): Point[] {
  return points.filter((point, index) =>
    [points[index - 1], points[index + 1]].some(
      (neighbour) => neighbour?.policy !== point.policy || neighbour[y] !== point[y],
    ),
  );
}

function panelOf(title: string, hours: number, marks: Plot.Markish[]): Panel {
  // A day has a label every two hours, and a longer time no more of them.
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
      Plot.text(['drawn wider until here'], {
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
