import { compareIds, type IdComparison } from './compare-ids.ts';

/** The ways in. */
export type Entry = 'queue' | 'http' | 'file';

/** A new order, one that was sent before, or something that is no valid order. */
export interface Item {
  kind: 'order' | 'duplicate' | 'invalid';
  /** Body of a message, element of a JSON array, or row of a file. */
  text: string;
  /** Order id, of all but invalid items. */
  orderId?: string;
}

/** One client's sending: messages of the order queue, one HTTP request, or one order file. */
export type Parcel =
  | { entry: 'queue' | 'http'; items: readonly Item[] }
  | { entry: 'file'; items: readonly Item[]; key: string; content: Buffer };

/** A record of what a run has sent, and of the confirmations that its customers received. */
export interface Journal {
  /** Notes what is about to be sent, for the first time. */
  sent(parcel: Parcel): void;
  /** Notes rows that HTTP refused as invalid. */
  refused(rows: number): void;
  /** Notes that something had to be sent again. */
  resent(): void;
  /** Notes a confirmation. @param at epoch ms */
  confirmed(orderId: string, at: number): void;
  /** Returns the ms from sending to confirmation of the orders whose first one was noted since the last call. */
  takeLatencies(): number[];
  /** Number of new orders sent, and of those that were confirmed. */
  progress(): { sent: number; confirmed: number };
  /** Compares confirmations with the orders sent. */
  confirmations(): IdComparison;
  /** Ids of the orders that were confirmed. */
  confirmedIds(): ReadonlySet<string>;
  load: SentLoad;
}

/** The load that was sent. */
export interface SentLoad {
  /** Items of each kind. */
  counts: Record<Item['kind'], number>;
  /** Texts of invalid items. */
  invalid: Record<Entry, string[]>;
  /** Order files, with their rows and the texts of their invalid ones; a file that cannot be read has no rows. */
  files: { key: string; rows: number; rejected: string[] }[];
  /** Rows that HTTP refused. */
  refused: number;
  /** Attempts that had to be repeated. */
  resent: number;
}

export function createJournal(): Journal {
  const sentAt = new Map<string, number>();
  /** How often each order was confirmed. */
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
    sent(parcel) {
      const { entry, items } = parcel;
      const now = Date.now();
      const invalid: string[] = [];
      for (const { kind, text, orderId } of items) {
        load.counts[kind]++;
        if (kind === 'invalid') invalid.push(text);
        if (kind === 'order' && orderId !== undefined) sentAt.set(orderId, now);
      }
      load.invalid[entry].push(...invalid);
      if (entry === 'file') load.files.push({ key: parcel.key, rows: items.length, rejected: invalid });
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
