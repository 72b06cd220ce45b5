import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { formatRate } from '../format/format-rate.ts';
import { type Box, linePath } from './line-path.ts';

/** A hop from one node to another, by their `data-node`. */
export interface Hop {
  from: string;
  to: string;
  /** Messages a second; null where nobody can tell. */
  perSecond: number | null;
  /** Of hops that meet before their target one has the label. */
  labelled: boolean;
}

/** The lines between the nodes of a diagram, drawn behind them. Nodes tell the same in words. */
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
      {hops.toSorted(idleFirst).map(({ from, to, perSecond, labelled }) => {
        const [source, target] = [boxes.get(from), boxes.get(to)];
        if (!source || !target) return null;
        const { line, arrow, label } = linePath(source, target, sideBySide);
        const moves = perSecond !== null && perSecond > 0;
        return (
          <g key={`${from} ${to}`} class={moves ? 'line moves' : 'line'}>
            <path d={line} stroke-width={moves ? 1.5 + Math.log10(1 + perSecond) / 2 : 1.5} fill="none" />
            <path d={arrow} class="arrow" />
            {labelled && (
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

/** Lines that share their way are drawn one over the other. */
const idleFirst = (a: Hop, b: Hop): number => (a.perSecond ?? 0) - (b.perSecond ?? 0);

/** Where the nodes are; measured again when one of them changes its size. */
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
