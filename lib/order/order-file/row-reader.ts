import type { Order, OrderIssue } from '../order.ts';

/** A row that is an order. */
export interface GoodRow {
  /** The line of the file where the row starts, from 1. */
  line: number;
  order: Order;
}

/** A row that is no order, with every reason. */
export interface BadRow {
  line: number;
  errors: OrderIssue[];
  /** The row as it stands in the file; only its first kilobyte when it is too long. */
  raw: string;
}

export type OrderFileRow = GoodRow | BadRow;

/** Reads one format: takes the bytes of a file piece by piece and gives each row as soon as it is whole. */
export interface RowReader {
  /** The line that names the columns, as it stands in the file, where the format has one and it has been read. */
  readonly header?: string | undefined;
  /** How many lines have ended so far, in formats of lines. */
  readonly lines?: number | undefined;
  read(chunk: Buffer): Iterable<OrderFileRow>;
  /** The file is over: gives what the last chunk left. */
  end(): Iterable<OrderFileRow>;
}
