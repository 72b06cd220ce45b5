import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A figure with a legend above vertically stacked panels. */
export interface Figure {
  title: string;
  /** Name and color of each line. */
  legend: readonly (readonly [name: string, color: string])[];
  panels: readonly Panel[];
}

/** One plot. Its title labels the y axis. */
export interface Panel {
  title: string;
  x: Plot.ScaleOptions;
  y?: Plot.ScaleOptions;
  marks: Plot.Markish[];
}

const WIDTH = 960;
const PANEL_HEIGHT = 230;
const LEGEND_HEIGHT = 40;
const ENTRY_WIDTH = 200;

/** Start and end of the x axes, in pixels. */
export const LEFT = 90;
export const RIGHT = 930;

/** Colors that color-blind readers can distinguish: https://jfly.uni-koeln.de/color/ */
export const COLORS = {
  blue: '#0072B2',
  green: '#009E73',
  red: '#D55E00',
  purple: '#CC79A7',
  gray: '#bbbbbb',
} as const;

/** Draws a figure as an SVG document. The same figure gives the same bytes. */
export function drawFigure({ title, legend, panels }: Figure): string {
  const size = { width: WIDTH, height: LEGEND_HEIGHT + panels.length * PANEL_HEIGHT };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    // Keeps the lines readable on a dark page.
    `<rect width="${size.width}" height="${size.height}" fill="white"/>`,
    ...legend.map(([name, color], index) => {
      const x = LEFT + index * ENTRY_WIDTH;
      return `<rect x="${x}" y="14" width="22" height="10" fill="${color}"/><text x="${x + 30}" y="23" fill="black">${name}</text>`;
    }),
    ...panels.map(
      (panel, index) =>
        `<g transform="translate(0,${LEGEND_HEIGHT + index * PANEL_HEIGHT})">${drawPanel(panel)}</g>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, x, y, marks }: Panel): string {
  const { document } = parseHTML('<html></html>');
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: PANEL_HEIGHT,
    marginLeft: LEFT,
    marginRight: WIDTH - RIGHT,
    marginTop: 36,
    marginBottom: 30,
    style: { fontFamily: 'sans-serif', fontSize: '12px', color: 'black' },
    x,
    y: { label: title, labelArrow: 'none', grid: true, ticks: 5, nice: true, ...y },
    marks,
  });
  return svg.outerHTML;
}
