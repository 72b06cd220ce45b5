import { table } from '../cli/table.ts';
import type { Goal } from './suite.ts';

/** What was to be reached, and what was. */
export function renderGoals(goals: readonly Goal[]): string {
  const rows = goals.map((goal) => {
    const { id, title, value, bound } = goal;
    const wanted = 'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
    return [
      id,
      title,
      wanted,
      String(Number(value.toPrecision(3))),
      isReached(goal) ? 'reached' : 'NOT reached',
    ];
  });
  return table(['goal', '', 'wanted', 'measured', ''], rows, 'llrrl');
}

const isReached = ({ value, bound }: Goal): boolean =>
  'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
