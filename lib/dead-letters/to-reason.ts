import { ORDER_RULES, type OrderIssue } from '../order/order.ts';
import type { DeadLetterReason } from './dead-letter.ts';

/** The body is fine: what failed was around it. */
const PASSING: DeadLetterReason = { code: 'passing', text: 'valid now: what failed was around it' };

/** What a message as a whole must be, by code. */
const WHOLE: Readonly<Record<string, string>> = {
  not_a_part: 'must be a part of an order file that there can be',
  not_json: 'must be JSON',
  not_an_object: 'must be a JSON object',
  not_an_s3_event: 'must be an S3 event',
};

/** Rules of an event beside those of its order. */
const EVENT_RULES: Readonly<Record<string, string>> = {
  event: '"OrderConfirmed"',
  confirmed_at: 'whole epoch milliseconds from 1970 to 9999',
};

/**
 * One reason for all that is wrong with a message: the same for messages that break the same rules, whatever their values and
 * the order of their fields.
 *
 * @param inWords what an issue says without its value
 */
export function toReason(
  issues: readonly OrderIssue[],
  inWords: (issue: OrderIssue) => string = ruleBroken,
): DeadLetterReason {
  if (issues.length === 0) return PASSING;
  const textByCode = new Map(
    issues.map((issue) => [issue.path ? `${issue.path}:${issue.code}` : issue.code, inWords(issue)]),
  );
  const codes = [...textByCode.keys()].sort();
  return { code: codes.join('+'), text: codes.map((code) => textByCode.get(code)).join('; ') };
}

function ruleBroken({ path, code }: OrderIssue): string {
  const whole = WHOLE[code];
  if (whole) return `${path || 'the message'} ${whole}`;
  if (code === 'missing') return `${path} is missing`;
  const rules: Readonly<Record<string, string>> = { ...EVENT_RULES, ...ORDER_RULES };
  return `${path} must be ${rules[path.replace(/^order\./, '')]}`;
}
