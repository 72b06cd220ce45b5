import { table } from '../cli/table.ts';
import { median, ratioSpread, spread } from '../harness/statistics.ts';
import type { ContenderResult, Goal, Metric, SuiteResult } from './suite.ts';

/**
 * Renders a suite's table: medians, their spread, and the first contender as a multiple of each other one. Of a single round,
 * no spread is known.
 */
export function renderSuite({ metrics, contenders }: SuiteResult): string {
  const [first] = contenders;
  const columns = metrics.flatMap((metric): Column[] => {
    const column = { title: metric.title, cell: (row: ContenderResult) => medianText(row, metric) };
    if (!metric.compared) return [column];
    return [
      column,
      { title: '±', cell: (row) => spreadText(row, metric) },
      { title: `${first?.name} is`, cell: (row) => ratioText(first, row, metric) },
      { title: '±', cell: (row) => ratioSpreadText(first, row, metric) },
    ];
  });
  const rows = contenders.map((row) => [row.name, ...columns.map(({ cell }) => cell(row))]);
  return table(['', ...columns.map(({ title }) => title)], rows, `l${'r'.repeat(columns.length)}`);
}

interface Column {
  title: string;
  cell: (row: ContenderResult) => string;
}

const valuesOf = ({ samples }: ContenderResult, { name }: Metric): number[] =>
  samples.flatMap((sample) => sample[name] ?? []);

function medianText(row: ContenderResult, metric: Metric): string {
  const values = valuesOf(row, metric);
  if (values.length === 0) return '';
  const { digits } = metric;
  return median(values).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A rate is not more exact than its uncertainty, however close the rounds are. */
const uncertaintyOf = ({ samples }: ContenderResult): number =>
  Math.max(0, ...samples.flatMap(({ uncertainty }) => uncertainty ?? []));

/** Rounds up, but not for the last digits of a floating-point number. */
const percent = (fraction: number): string => `${Math.ceil(Number((fraction * 100).toFixed(6)))} %`;

function spreadText(row: ContenderResult, metric: Metric): string {
  const values = valuesOf(row, metric);
  return values.length > 1 ? percent(Math.max(spread(values), uncertaintyOf(row))) : '';
}

function ratioSpreadText(first: ContenderResult | undefined, row: ContenderResult, metric: Metric): string {
  if (!first || first === row) return '';
  const between = ratioSpread(valuesOf(first, metric), valuesOf(row, metric));
  if (between === undefined) return '';
  return percent(Math.max(between, uncertaintyOf(first) + uncertaintyOf(row)));
}

function ratioText(first: ContenderResult | undefined, row: ContenderResult, metric: Metric): string {
  if (!first || first === row) return '';
  const [ours, theirs] = [valuesOf(first, metric), valuesOf(row, metric)];
  if (ours.length === 0 || theirs.length === 0) return '';
  return `${(median(ours) / median(theirs)).toFixed(2)} ×`;
}

/** Renders goals with their measured values. */
export function renderGoals(goals: readonly Goal[]): string {
  const rows = goals.map((goal) => {
    const { id, title, value, bound } = goal;
    const target = 'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
    return [
      id,
      title,
      target,
      String(Number(value.toPrecision(3))),
      isReached(goal) ? 'reached' : 'NOT reached',
    ];
  });
  return table(['goal', '', 'target', 'measured', ''], rows, 'llrrl');
}

const isReached = ({ value, bound }: Goal): boolean =>
  'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
