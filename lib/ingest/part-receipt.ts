import type { PartMessage } from './part-message.ts';
import { beginReceipt, type Receipt } from './receipt.ts';

/** The outcome of one part of an order file: what its receipt adds up. */
export interface PartReceipt extends Omit<Receipt, 'failed_parts'> {
  /** From 1. */
  part: number;
  parts: number;
  /** Lines that the part has: the first one also those of the header. Of a failed part, as far as it was read. */
  lines: number;
}

export function beginPartReceipt(message: PartMessage): PartReceipt {
  const { size, etag, format, part, parts } = message;
  return { ...beginReceipt(message), size, etag, format, gzipped: false, part, parts, lines: 0 };
}
