import { compareIds, type IdComparison } from './compare-ids.ts';

/** The ways to submit orders. */
export type Entry = 'queue' | 'http' | 'file';

/** A new order, a duplicate of an order, or an invalid order. */
export interface Item {
  kind: 'order' | 'duplicate' | 'invalid';
  /** Body of a message, element of a JSON array, or row of a file. */
  text: string;
  /** Order id; absent for invalid items. */
  orderId?: string;
}

/** Orders that a client submits together: messages for the order queue, one HTTP request, or one order file. */
export type Submission =
  | { entry: 'queue' | 'http'; items: readonly Item[] }
  | { entry: 'file'; items: readonly Item[]; key: string; content: Buffer };

/** Records what a run has sent and which confirmations its customers received. */
export interface Journal {
  /** Records a submission before its first attempt. */
  sent(submission: Submission): void;
  /** Records rows that HTTP rejected as invalid. */
  refused(rows: number): void;
  /** Records a repeated attempt. */
  resent(): void;
  /** Records a confirmation. @param at When it was sent, in epoch milliseconds. */
  confirmed(orderId: string, at: number): void;
  /** Returns the latencies recorded since the last call: milliseconds from sending an order to its first confirmation. */
  takeLatencies(): number[];
  /** Returns how many new orders were sent and how many of them were confirmed. */
  progress(): { sent: number; confirmed: number };
  /** Compares confirmations with the orders sent. */
  confirmations(): IdComparison;
  /** Returns the ids of the confirmed orders. */
  confirmedIds(): ReadonlySet<string>;
  load: SentLoad;
}

/** The load that was sent. */
export interface SentLoad {
  /** Number of items of each kind. */
  counts: Record<Item['kind'], number>;
  /** Texts of the invalid items. */
  invalid: Record<Entry, string[]>;
  /** Order files, each with its number of rows and the texts of its invalid rows. An unreadable file has 0 rows. */
  files: { key: string; rows: number; rejected: string[] }[];
  /** Number of rows that HTTP rejected. */
  refused: number;
  /** Number of repeated attempts. */
  resent: number;
}

export function createJournal(): Journal {
  const sentAt = new Map<string, number>();
  /** Number of confirmations of each order. */
  const confirmations = new Map<string, number>();
  let latencies: number[] = [];
  let repeated = 0;
  let confirmedOfSent = 0;
  const load: SentLoad = {
    counts: { order: 0, duplicate: 0, invalid: 0 },
    invalid: { queue: [], http: [], file: [] },
    files: [],
    refused: 0,
    resent: 0,
  };

  return {
    load,
    sent(submission) {
      const { entry, items } = submission;
      const now = Date.now();
      const invalid: string[] = [];
      for (const { kind, text, orderId } of items) {
        load.counts[kind]++;
        if (kind === 'invalid') invalid.push(text);
        if (kind === 'order' && orderId !== undefined) sentAt.set(orderId, now);
      }
      load.invalid[entry].push(...invalid);
      if (entry === 'file') load.files.push({ key: submission.key, rows: items.length, rejected: invalid });
    },
    refused(rows) {
      load.refused += rows;
    },
    resent() {
      load.resent++;
    },
    confirmed(orderId, at) {
      const before = confirmations.get(orderId) ?? 0;
      confirmations.set(orderId, before + 1);
      const start = sentAt.get(orderId);
      if (before > 0) repeated++;
      else if (start !== undefined) {
        confirmedOfSent++;
        latencies.push(at - start);
      }
    },
    takeLatencies() {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    progress: () => ({ sent: sentAt.size, confirmed: confirmedOfSent }),
    confirmations: () => ({ ...compareIds(new Set(sentAt.keys()), confirmations.keys()), repeated }),
    confirmedIds: () => new Set(confirmations.keys()),
  };
}
