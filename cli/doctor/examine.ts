import { type Template, withoutNoValue } from '../template/template.ts';
import type { Problem, Rule } from './rule.ts';
import { databaseConnections } from './rules/database-connections.ts';
import { deadLetterAlarm } from './rules/dead-letter-alarm.ts';
import { deadLetterQueue } from './rules/dead-letter-queue.ts';
import { deadLetterRetention } from './rules/dead-letter-retention.ts';
import { encryption } from './rules/encryption.ts';
import { logRetention } from './rules/log-retention.ts';
import { partialBatch } from './rules/partial-batch.ts';
import { publicAccess } from './rules/public-access.ts';
import { reservedConcurrency } from './rules/reserved-concurrency.ts';
import { sourceArn } from './rules/source-arn.ts';
import { tlsOnly } from './rules/tls-only.ts';
import { visibilityTimeout } from './rules/visibility-timeout.ts';
import { wildcards } from './rules/wildcards.ts';

/** The rules in the order of the report: first those about losing orders, then those about access. */
export const RULES: readonly Rule[] = [
  visibilityTimeout,
  deadLetterQueue,
  deadLetterRetention,
  deadLetterAlarm,
  reservedConcurrency,
  partialBatch,
  databaseConnections,
  sourceArn,
  wildcards,
  encryption,
  tlsOnly,
  publicAccess,
  logRetention,
];

/** A place that breaks a rule. */
export interface Finding extends Problem {
  /** Id of the rule. */
  rule: string;
  place: string;
  /** URL of the AWS page that explains the rule. */
  page: string;
}

export interface Examination {
  /** All rules, with the number of places that each has checked. */
  rules: { id: string; title: string; page: string; places: number }[];
  findings: Finding[];
}

/** Checks a template against all rules. */
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
