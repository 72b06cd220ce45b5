import { asText } from '../template/references.ts';
import type { Template } from '../template/template.ts';

/** A rule that a template must meet. */
export interface Rule {
  /** Public id, in kebab-case. It is also the name of the rule's file. */
  id: string;
  title: string;
  /** URL of the AWS page that explains the rule. */
  page: string;
  /** Checks every place that the rule applies to. */
  examine(template: Template): Check[];
}

/** The result of checking one place. */
export interface Check {
  /** Logical id and property, such as `OrderQueue.VisibilityTimeout`. */
  place: string;
  /** Absent if the place meets the rule. */
  problem?: Problem;
  /** URL of the AWS page about this place. Default: the rule's page. */
  page?: string;
}

export interface Problem {
  /** The value in the template; "nothing" if the property is absent. */
  value: string;
  /** The value that the rule requires. */
  expected: string;
}

/** @param value The value in the template. */
export const check = (place: string, holds: boolean, value: unknown, expected: string): Check =>
  holds ? { place } : { place, problem: { value: asText(value), expected } };

/** Sets the AWS page of checks. */
export const onPage = (page: string, checks: readonly Check[]): Check[] =>
  checks.map((each) => ({ ...each, page }));
