import type { Entry } from '../entry.ts';
import { hostileOrder } from '../hostile-order.ts';

/** Outcome of a message of the order queue. */
export type BodyOutcome =
  /** Published once, with these normalized fields. */
  | { confirmed: Readonly<Record<string, unknown>> }
  /** Dead-lettered for these reasons, each `path: code`. */
  | { deadLettered: readonly string[] }
  /** Rejected by SQS. */
  | { refused: 'InvalidMessageContents' | 'InvalidParameterValue' | 'MissingParameter' };

export type BodyEntry = Entry<string | (() => string), BodyOutcome>;

/** Creates an order with these fields. */
export const order = (
  name: string,
  fields: Readonly<Record<string, unknown>>,
  expected: BodyOutcome,
): BodyEntry => ({ name, input: JSON.stringify(hostileOrder(fields)), expected });

/** Creates an order with one field in JSON that `JSON.stringify` would not write. */
export const orderWith = (name: string, field: string, json: string, expected: BodyOutcome): BodyEntry => ({
  name,
  input: JSON.stringify(hostileOrder({ [field]: undefined })).replace(/\}$/, `,"${field}":${json}}`),
  expected,
});

/** Creates an entry for a raw body. */
export const body = (name: string, input: BodyEntry['input'], expected: BodyOutcome): BodyEntry => ({
  name,
  input,
  expected,
});

export const confirmed = (fields: Readonly<Record<string, unknown>> = {}): BodyOutcome => ({
  confirmed: fields,
});

export const deadLettered = (...reasons: string[]): BodyOutcome => ({ deadLettered: reasons });
