import type { Queue, Store } from '../../topology.ts';

/** The properties of base.css, such as `series-1`, for one color scheme. */
export type Palette = Record<string, string>;

const WIDTH = 1_000;
const MARGIN = 8;
const LINE_HEIGHT = 21;
/** Space between a box and its text. */
const PADDING = 12;
/** Space between boxes of a column. */
const GAP = 18;
/** Width of the bar that has the color of a queue in the live page's charts. */
const BAR = 4;

/** Left edge and width of each column. */
const COLUMNS = {
  senders: { left: MARGIN, width: 222 },
  order: { left: 276, width: 222 },
  topic: { left: 544, width: 180 },
  consumers: { left: 770, width: WIDTH - MARGIN - 770 },
} as const;
type Column = keyof typeof COLUMNS;

interface Box {
  column: Column;
  title: string;
  service: string;
  lines: readonly string[];
  /** A line at the bottom, in the color of errors. */
  warning?: string;
  /** The series of the live page's charts. */
  series?: number;
}

interface PlacedBox extends Box {
  top: number;
  height: number;
}

/**
 * Draws the pipeline as an SVG document: senders, the order queue with its ledger, the topic of confirmed orders, and the
 * queues behind it. The same queues produce the same bytes.
 */
export function drawPipeline(queues: readonly Queue[], palette: Palette): string {
  const uploads = queues.filter(({ holds }) => holds === 'upload');
  const orders = queues.filter(({ holds }) => holds === 'order');
  const consumers = queues.filter(({ holds }) => holds === 'confirmed order');

  const columns = [
    [
      {
        column: 'senders',
        title: 'Senders',
        service: '',
        lines: ['POST /orders: intake', 'Schedule, HTTP: producer', 'Any SQS client'],
      },
      ...uploads.map((queue) => toBox('senders', queue, ['Order files from S3'])),
    ],
    [
      ...orders.map((queue) => toBox('order', queue, ['Confirms each order once'])),
      { column: 'order', title: 'Ledger', service: 'DynamoDB', lines: ['One claim for each order'] },
    ],
    [{ column: 'topic', title: 'Order events', service: 'SNS', lines: ['Confirmed orders'] }],
    [
      { column: 'consumers', title: 'E-mail', service: 'SNS', lines: ['To registered customers'] },
      ...consumers.map((queue) => toBox('consumers', queue, storeOf(queue.stores))),
    ],
  ] satisfies Box[][];
  const height = Math.max(...columns.map(heightOf)) + 2 * MARGIN;
  const [senders = [], [order, ledger] = [], [centered] = [], receivers = []] = columns.map((boxes) =>
    place(boxes, height),
  );
  if (!order || !ledger || !centered) throw new Error('topology.ts: no row holds orders');
  const topic = { ...centered, top: middleOf(order) - Math.round(centered.height / 2) };

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="14">`,
    '<title>The order pipeline</title>',
    `<desc>${escapeXml(describe([...senders, order, ledger, topic, ...receivers]))}</desc>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">',
    `<path d="M0 0L8 4L0 8z" fill="${palette['control-line']}"/></marker></defs>`,
    `<g fill="none" stroke="${palette['control-line']}" stroke-width="1.5">`,
    ...senders.map((box) => connect(box, order)),
    connect(order, topic),
    ...receivers.map((box) => connect(topic, box)),
    connectDown(order, ledger),
    '</g>',
    ...[...senders, order, ledger, topic, ...receivers].map((box) => drawBox(box, palette)),
    '</svg>',
    '',
  ].join('\n');
}

function toBox(column: Column, { title, consumer, color }: Queue, lines: readonly string[]): Box {
  return {
    column,
    title,
    service: 'SQS',
    lines: [`Lambda: ${consumer}`, ...lines],
    warning: 'DLQ after 3 receives',
    series: color,
  };
}

function storeOf(stores: Store | undefined): string[] {
  if (!stores) return [];
  const place = { shippingDatabase: 'Aurora', salesDatabase: 'Redshift' };
  return [`${typeof stores.in === 'string' ? place[stores.in] : 'DynamoDB'}: ${stores.all}`];
}

const linesOf = ({ lines, warning }: Box): number => 1 + lines.length + (warning ? 1 : 0);
const boxHeight = (box: Box): number => linesOf(box) * LINE_HEIGHT + 2 * PADDING;

const heightOf = (boxes: readonly Box[]): number =>
  boxes.reduce((sum, box) => sum + boxHeight(box), 0) + (boxes.length - 1) * GAP;

/** Places boxes one below the other, in the middle of the picture. */
function place(boxes: readonly Box[], height: number): PlacedBox[] {
  let top = Math.round((height - heightOf(boxes)) / 2);
  return boxes.map((box) => {
    const placed = { ...box, top, height: boxHeight(box) };
    top += placed.height + GAP;
    return placed;
  });
}

function connect(from: PlacedBox, to: PlacedBox): string {
  const { left, width } = COLUMNS[from.column];
  const start = { x: left + width, y: middleOf(from) };
  const end = { x: COLUMNS[to.column].left - 1, y: middleOf(to) };
  const bend = Math.round((start.x + end.x) / 2);
  return `<path d="M${start.x} ${start.y}H${bend}V${end.y}H${end.x}" stroke-linejoin="round" marker-end="url(#tip)"/>`;
}

function connectDown(from: PlacedBox, to: PlacedBox): string {
  const { left, width } = COLUMNS[from.column];
  return `<path d="M${left + width / 2} ${from.top + from.height}V${to.top - 1}" marker-end="url(#tip)"/>`;
}

const middleOf = ({ top, height }: PlacedBox): number => Math.round(top + height / 2);

function drawBox(
  { column, top, height, title, service, lines, warning, series }: PlacedBox,
  palette: Palette,
): string {
  const { left, width } = COLUMNS[column];
  const text = (line: number) => top + PADDING + line * LINE_HEIGHT + 15;
  const x = left + PADDING + BAR;
  return [
    '<g>',
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="6" fill="${palette.surface}" stroke="${palette.line}"/>`,
    series &&
      `<rect x="${left + 5}" y="${top + PADDING}" width="${BAR}" height="${height - 2 * PADDING}" rx="2" fill="${palette[`series-${series}`]}"/>`,
    `<text x="${x}" y="${text(0)}" fill="${palette.text}" font-weight="600">${escapeXml(title)}</text>`,
    service &&
      `<text x="${left + width - PADDING}" y="${text(0)}" fill="${palette.muted}" text-anchor="end" font-size="12">${escapeXml(service)}</text>`,
    ...lines.map(
      (line, index) =>
        `<text x="${x}" y="${text(index + 1)}" fill="${palette.muted}">${escapeXml(line)}</text>`,
    ),
    warning &&
      `<text x="${x}" y="${text(lines.length + 1)}" fill="${palette.danger}" font-size="12.5">${escapeXml(warning)}</text>`,
    '</g>',
  ]
    .filter(Boolean)
    .join('');
}

/** Describes the picture for screen readers. */
const describe = (boxes: readonly Box[]): string =>
  boxes
    .map(({ title, lines, warning }) => [title, ...lines, ...(warning ? [warning] : [])].join(', '))
    .join('. ');

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * Reads the colors of the live page.
 *
 * @param css Text of base.css. Its first rule is for light pages, its second for dark pages.
 */
export function readPalettes(css: string): { light: Palette; dark: Palette } {
  const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');
  const read = (rules: string): Palette =>
    Object.fromEntries(
      [...rules.matchAll(/--([\w-]+): (#\w+);/g)].map(([, name = '', color = '']) => [name, color]),
    );
  return { light: read(light), dark: read(dark) };
}
