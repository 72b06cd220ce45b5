import { asText } from '../template/references.ts';
import type { Template } from '../template/template.ts';

/** What must hold in a template, and the page of AWS that says why. */
export interface Rule {
  /** Stable: in kebab-case, and the name of the rule's file. */
  id: string;
  title: string;
  page: string;
  /** Looks at every place that the rule is about. */
  examine(template: Template): Check[];
}

/** One place that a rule looked at. */
export interface Check {
  /** Logical id, and the property: `OrderQueue.VisibilityTimeout`. */
  place: string;
  /** Left out where all is well. */
  problem?: Problem;
  /** The page of AWS about this place, where the rule's own is about another service. */
  page?: string;
}

export interface Problem {
  /** What is there; "nothing" where a property is left out. */
  value: string;
  /** What should be. */
  expected: string;
}

/** @param value as it stands in the template */
export const check = (place: string, holds: boolean, value: unknown, expected: string): Check =>
  holds ? { place } : { place, problem: { value: asText(value), expected } };

/** The same checks, with a page of their own. */
export const onPage = (page: string, checks: readonly Check[]): Check[] =>
  checks.map((each) => ({ ...each, page }));
