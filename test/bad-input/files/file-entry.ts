import { REQUIRED_FIELDS } from '../../../lib/order/order.ts';
import type { Entry } from '../entry.ts';
import { hostileOrder } from '../hostile-order.ts';

/** What the receipt of an order file says. */
export interface FileOutcome {
  /** The code of what made the file fail, its message gone to the dead-letter queue; undefined where it was ingested. */
  failed?: string;
  /** Orders sent. */
  sent: number;
  /** Rows set aside: `line path: code`. */
  rejected?: readonly string[];
}

export interface OrderFile {
  /** The object's key, whose ending names the format. */
  key: string;
  /** A function makes what is too large to be written down. */
  content: string | Buffer | (() => Buffer);
}

export type FileEntry = Entry<OrderFile, FileOutcome>;

export const file = (
  name: string,
  key: string,
  content: OrderFile['content'],
  expected: FileOutcome,
): FileEntry => ({ name, input: { key, content }, expected });

/** Read to its end. */
export const ingested = (sent: number, ...rejected: string[]): FileOutcome => ({ sent, rejected });

/** Given up, after so many orders. */
export const failed = (code: string, sent = 0, ...rejected: string[]): FileOutcome => ({
  failed: code,
  sent,
  rejected,
});

/** One good order, another one each time. */
export const row = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify(hostileOrder(fields));

export const HEADER = REQUIRED_FIELDS.join(',');

/** One good order as CSV. */
export const cells = (fields: Readonly<Record<string, unknown>> = {}): string => {
  const order = hostileOrder(fields);
  return REQUIRED_FIELDS.map((field) => order[field]).join(',');
};
