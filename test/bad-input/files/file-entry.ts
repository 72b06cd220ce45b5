import { REQUIRED_FIELDS } from '../../../lib/order/order.ts';
import type { Entry } from '../entry.ts';
import { hostileOrder } from '../hostile-order.ts';

/** Outcome of an order file, as in its receipt. */
export interface FileOutcome {
  /** Error code of a failed file, whose message is dead-lettered. Undefined if the file was ingested. */
  failed?: string;
  /** Orders sent. */
  sent: number;
  /** Rejected rows: `line path: code`. */
  rejected?: readonly string[];
}

export interface OrderFile {
  /** The object's key. Its extension determines the format. */
  key: string;
  /** The content, or a function that creates it if it is large. */
  content: string | Buffer | (() => Buffer);
}

export type FileEntry = Entry<OrderFile, FileOutcome>;

export const file = (
  name: string,
  key: string,
  content: OrderFile['content'],
  expected: FileOutcome,
): FileEntry => ({ name, input: { key, content }, expected });

/** Returns the outcome of a file that was read to its end. */
export const ingested = (sent: number, ...rejected: string[]): FileOutcome => ({ sent, rejected });

/** Returns the outcome of a file that failed after `sent` orders. */
export const failed = (code: string, sent = 0, ...rejected: string[]): FileOutcome => ({
  failed: code,
  sent,
  rejected,
});

/** Creates a different valid order each time, as a row of JSON. */
export const row = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify(hostileOrder(fields));

export const HEADER = REQUIRED_FIELDS.join(',');

/** Creates a different valid order each time, as a row of CSV. */
export const cells = (fields: Readonly<Record<string, unknown>> = {}): string => {
  const order = hostileOrder(fields);
  return REQUIRED_FIELDS.map((field) => order[field]).join(',');
};
