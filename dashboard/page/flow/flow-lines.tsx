import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { formatRate } from '../format.ts';

/** A connection between two nodes, named by their `data-node`. */
export interface Hop {
  from: string;
  to: string;
  /** Messages per second; null if unknown. */
  perSecond: number | null;
  /** Whether the line shows its rate. Only one of several lines that merge before their target does. */
  labeled: boolean;
}

/** The lines between nodes. Hidden from screen readers: the nodes contain the same figures as text. */
export function FlowLines({
  diagram,
  hops,
}: {
  diagram: RefObject<HTMLElement | null>;
  hops: readonly Hop[];
}) {
  const boxes = useBoxes(diagram);
  const [senders, order] = [boxes.get('senders'), boxes.get('order')];
  if (!senders || !order) return null;
  const sideBySide = order.left >= senders.right;
  return (
    <svg class="flow-lines" aria-hidden="true">
      {hops.toSorted(idleFirst).map(({ from, to, perSecond, labeled }) => {
        const [source, target] = [boxes.get(from), boxes.get(to)];
        if (!source || !target) return null;
        const { line, arrow, label } = linePath(source, target, sideBySide);
        const moves = perSecond !== null && perSecond > 0;
        return (
          <g key={`${from} ${to}`} class={moves ? 'line moves' : 'line'}>
            <path d={line} stroke-width={moves ? 1.5 + Math.log10(1 + perSecond) / 2 : 1.5} fill="none" />
            <path d={arrow} class="arrow" />
            {labeled && (
              <text x={label.x} y={label.y} text-anchor={sideBySide ? 'middle' : 'start'}>
                {formatRate(perSecond)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** Draws active lines last, over idle lines on the same path. */
const idleFirst = (a: Hop, b: Hop): number => (a.perSecond ?? 0) - (b.perSecond ?? 0);

/** Measures the positions of the nodes, and measures them again whenever one changes its size. */
function useBoxes(diagram: RefObject<HTMLElement | null>): ReadonlyMap<string, Box> {
  const [boxes, setBoxes] = useState<ReadonlyMap<string, Box>>(new Map());
  useLayoutEffect(() => {
    const element = diagram.current;
    if (!element) return;
    const nodes = [...element.querySelectorAll<HTMLElement>('[data-node]')];
    const measure = () => {
      const { left: x, top: y } = element.getBoundingClientRect();
      const boxOf = (node: HTMLElement): Box => {
        const { left, top, right, bottom } = node.getBoundingClientRect();
        return { left: left - x, top: top - y, right: right - x, bottom: bottom - y };
      };
      setBoxes(new Map(nodes.map((node) => [node.dataset.node ?? '', boxOf(node)])));
    };
    const observer = new ResizeObserver(measure);
    for (const each of [element, ...nodes]) observer.observe(each);
    measure();
    return () => observer.disconnect();
  }, [diagram]);
  return boxes;
}

/** Edges of a node in pixels, from the upper left corner of the diagram. */
interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface LinePath {
  /** SVG paths of the line and of the arrow at its end. */
  line: string;
  arrow: string;
  /** Baseline position of the label: its middle if nodes are side by side, else its start. */
  label: { x: number; y: number };
}

/** Length of a line's last segment, in pixels. Lines to the same target share this segment, and the label is on it. */
const TRUNK = 62;
const CORNER = 8;
const ARROW = 7;
/** X position of the vertical line to the left of stacked nodes. */
const RAIL = 9;
const RAIL_IN = 24;
const RAIL_OUT = 20;

/** Returns the line from a node to another one on its right or below it. */
const linePath = (from: Box, to: Box, sideBySide: boolean): LinePath =>
  sideBySide ? across(from, to) : alongRail(from, to);

function across(from: Box, to: Box): LinePath {
  const [y1, y2] = [middle(from), middle(to)];
  const [start, end] = [from.right, to.left];
  const bend = end - TRUNK;
  const step = y2 - y1;
  const corner = Math.min(CORNER, Math.abs(step) / 2);
  const sign = Math.sign(step);
  const line =
    corner < 1
      ? `M${start} ${y2}H${end - ARROW}`
      : `M${start} ${y1}H${bend - corner}q${corner} 0 ${corner} ${sign * corner}V${y2 - sign * corner}` +
        `q0 ${sign * corner} ${corner} ${sign * corner}H${end - ARROW}`;
  return { line, arrow: arrowAt(end, y2), label: { x: end - TRUNK / 2 - 2, y: y2 - 8 } };
}

function alongRail(from: Box, to: Box): LinePath {
  const [y1, y2] = [from.bottom - RAIL_OUT, to.top + RAIL_IN];
  const line =
    `M${from.left} ${y1}H${RAIL + CORNER}q${-CORNER} 0 ${-CORNER} ${CORNER}V${y2 - CORNER}` +
    `q0 ${CORNER} ${CORNER} ${CORNER}H${to.left - ARROW}`;
  return { line, arrow: arrowAt(to.left, y2), label: { x: to.left + 2, y: to.top - 9 } };
}

const middle = ({ top, bottom }: Box): number => Math.round((top + bottom) / 2);

const arrowAt = (x: number, y: number): string =>
  `M${x} ${y}l${-ARROW - 1} ${-ARROW / 1.5}v${(2 * ARROW) / 1.5}z`;
