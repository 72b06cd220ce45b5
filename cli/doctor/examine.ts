import type { Template } from '../template/template.ts';
import { withoutNoValue } from '../template/without-no-value.ts';
import type { Problem } from './rule.ts';
import { RULES } from './rules.ts';

/** A place where a rule does not hold. */
export interface Finding extends Problem {
  /** Id of the rule. */
  rule: string;
  place: string;
  /** The page of AWS that says why. */
  page: string;
}

export interface Examination {
  /** Every rule, with how many places it looked at. */
  rules: { id: string; title: string; page: string; places: number }[];
  findings: Finding[];
}

/** Examines a template by every rule. */
export function examine(template: Template): Examination {
  const examined = RULES.map((rule) => ({ rule, checks: rule.examine(withoutNoValue(template)) }));
  return {
    rules: examined.map(({ rule: { id, title, page }, checks }) => ({
      id,
      title,
      page,
      places: checks.length,
    })),
    findings: examined.flatMap(({ rule, checks }) =>
      checks.flatMap(({ place, problem, page = rule.page }) =>
        problem ? [{ rule: rule.id, place, ...problem, page }] : [],
      ),
    ),
  };
}
