import type { Entry } from '../entry.ts';
import { hostileOrder } from '../hostile-order.ts';

/** What becomes of a message of the order queue. */
export type BodyOutcome =
  /** Published once, with these fields as they are told to everybody else. */
  | { confirmed: Readonly<Record<string, unknown>> }
  /** Ends in the dead-letter queue for these reasons, `path: code` each. */
  | { deadLettered: readonly string[] }
  /** Never gets into the queue: SQS itself refuses it. */
  | { refused: 'InvalidMessageContents' | 'InvalidParameterValue' | 'MissingParameter' };

export type BodyEntry = Entry<string | (() => string), BodyOutcome>;

/** An order with hostile fields. */
export const order = (
  name: string,
  fields: Readonly<Record<string, unknown>>,
  expected: BodyOutcome,
): BodyEntry => ({ name, input: JSON.stringify(hostileOrder(fields)), expected });

/** An order with one field as JSON that `JSON.stringify` would not write. */
export const orderWith = (name: string, field: string, json: string, expected: BodyOutcome): BodyEntry => ({
  name,
  input: JSON.stringify(hostileOrder({ [field]: undefined })).replace(/\}$/, `,"${field}":${json}}`),
  expected,
});

/** A body as it stands. */
export const body = (name: string, input: BodyEntry['input'], expected: BodyOutcome): BodyEntry => ({
  name,
  input,
  expected,
});

export const confirmed = (fields: Readonly<Record<string, unknown>> = {}): BodyOutcome => ({
  confirmed: fields,
});

export const deadLettered = (...reasons: string[]): BodyOutcome => ({ deadLettered: reasons });
