import { findDiscrepancies } from '../local/start/discrepancies.ts';
import type { PipelineCounts } from '../local/start/pipeline-counts.ts';
import type { Reconciliation } from '../operations/reconcile/reconciliation.ts';
import { QUEUES, type QueueName, STORING_QUEUES, type StoreName } from '../topology.ts';
import type { IdComparison } from './compare-ids.ts';
import type { SentLoad } from './journal.ts';

/*
 * The promise: every valid order is confirmed, shipped and counted once; every invalid one is findable; nothing vanishes;
 * confirmations are repeated in the documented windows only. All labs judge it here.
 */

/** The evidence that the promise is judged by, once a run has come to rest. */
export interface Evidence extends LabEvidence {
  /** Messages that queues still hold; empty if all came to rest. */
  left: Readonly<Partial<Record<QueueName, number>>>;
  load: SentLoad;
  /** E-mails, against the orders sent. */
  confirmations: IdComparison;
  /** The records that consumers have stored, against the orders confirmed. */
  stored: Readonly<Record<StoreName, IdComparison>>;
  /** Products whose stock does not follow from restocks and shipments, or lies idle while an order waits for it. */
  wrongStock: readonly string[];
  /** Orders in dead-letter queues that a redrive would bring through. */
  redrivable: Readonly<Partial<Record<QueueName, readonly string[]>>>;
  /** Everything else in dead-letter queues: bodies, and keys of order files. */
  deadLettered: Readonly<Partial<Record<QueueName, readonly string[]>>>;
  /** Receipts of the files that can be read. */
  receipts: readonly FileReceipt[];
}

/** Evidence that a lab has by its own means. */
export interface LabEvidence {
  messages: OrderMessages;
  /** Orders that were published again after the ledger had marked them as sent. */
  publishedAfterMark?: readonly string[];
  /** The counts of queues, functions and databases, from a cloud that was never restarted. */
  counts?: PipelineCounts;
  /** The ledger against both databases. */
  reconciliation?: Reconciliation;
}

/** Messages of the order queue, each counted once. */
export interface OrderMessages {
  received: number;
  deadLettered: number;
  /** Ids of messages that were received, and neither deleted by a consumer nor dead-lettered. */
  vanished: readonly string[];
}

/** An order file's receipt and rejected rows; `status` is undefined if it has none. */
export interface FileReceipt {
  key: string;
  status: string | undefined;
  rows: number;
  sent: number;
  rejected: number;
  rejectedRows: readonly string[];
}

/** The deviations that the documented windows allow in a run. */
export interface Allowed {
  /** Most confirmations of orders that had one before. */
  repeats: number;
  /** Whether orders may be left in dead-letter queues that a redrive would bring through. */
  redrivable: boolean;
  /** Whether requests failed on purpose: a batch whose answer was lost may be reported twice by a function. */
  faults: boolean;
}

/**
 * Judges whether a run has kept the promise.
 *
 * @returns each clause that is broken, with what was found; empty if the promise is kept
 */
export function checkPromise(evidence: Evidence, allowed: Allowed): string[] {
  const { left, load, confirmations, stored, wrongStock, redrivable, deadLettered } = evidence;
  const { messages, publishedAfterMark = [], counts, reconciliation } = evidence;
  const broken: string[] = [];
  const report = (clause: string, found: string) => void broken.push(`${clause}: ${found}`);
  function none(clause: string, what: string, found: readonly string[]): void {
    if (found.length > 0) report(clause, `${found.length} ${what}, ${shorten(found.join(', '))}`);
  }
  function same(clause: string, expected: readonly unknown[], found: readonly unknown[]): void {
    const [wanted, had] = [expected, found].map((values) => JSON.stringify(values.toSorted())) as [
      string,
      string,
    ];
    if (wanted !== had) report(clause, `expected ${shorten(wanted)}, found ${shorten(had)}`);
  }
  function once(clause: string, { missing, unknown, repeated }: IdComparison): void {
    none(clause, 'missing', missing);
    none(clause, 'unknown', unknown);
    if (repeated > 0) report(clause, `${repeated} repeated`);
  }

  same('everything came to rest', [], Object.entries(left));

  // Confirmed once.
  const waiting = new Set(allowed.redrivable ? redrivable.order : []);
  none(
    'every valid order is confirmed',
    'missing',
    confirmations.missing.filter((id) => !waiting.has(id)),
  );
  none('nothing else is confirmed', 'unknown', confirmations.unknown);
  if (confirmations.repeated > allowed.repeats)
    report(
      'confirmations are repeated in the documented windows only',
      `${allowed.repeats} allowed, ${confirmations.repeated} repeated`,
    );
  none('no order is published again after its mark', 'published', publishedAfterMark);

  // Shipped and counted once.
  for (const { stores } of STORING_QUEUES)
    once(`every confirmed order has one ${stores.each}`, stored[stores.all]);
  none('stock follows from restocks and shipments', 'wrong', wrongStock);
  if (reconciliation && !reconciliation.reconciled)
    report('ledger and databases agree', shorten(JSON.stringify(reconciliation.gaps)));

  // Findable.
  const unreadable = load.files.filter(({ rows }) => rows === 0).map(({ key }) => key);
  const readable = load.files.filter(({ rows }) => rows > 0);
  same('invalid messages are in the order DLQ', load.invalid.queue, deadLettered.order ?? []);
  same('unreadable files are in the upload DLQ', unreadable, [...new Set(deadLettered.upload)]);
  same('invalid rows are refused over HTTP', [load.invalid.http.length], [load.refused]);
  same('every file has its receipt', readable.map(expectedReceipt), evidence.receipts);
  for (const { name } of QUEUES.filter(({ holds }) => holds === 'confirmed order'))
    none(`no event is in the ${name} DLQ`, 'found', deadLettered[name] ?? []);
  if (!allowed.redrivable)
    none(
      'no dead letter is left that a redrive would bring through',
      'left',
      Object.values(redrivable).flat(),
    );

  // Nothing vanishes.
  none('every message is confirmed, a duplicate or dead-lettered', 'vanished', messages.vanished);
  const duplicates = messages.received - confirmations.found - messages.deadLettered;
  if (duplicates < 0)
    report(
      'every message is confirmed, a duplicate or dead-lettered',
      `${messages.received} received, ${confirmations.found} confirmed, ${messages.deadLettered} dead-lettered`,
    );
  if (counts) for (const what of disagreements(evidence, counts, duplicates, allowed)) report(AGREE, what);
  return broken;
}

const AGREE = 'mailbox, queues, functions and databases agree';

/** Names the counts of `npm start` that do not agree with the rest of the evidence. */
function disagreements(
  { load, confirmations }: Evidence,
  counts: PipelineCounts,
  duplicates: number,
  { faults }: Allowed,
): string[] {
  const { confirmed, repeated, redelivered, stored } = counts;
  const mails = confirmations.found + confirmations.unknown.length;
  const reported = counts.duplicates + (faults ? redelivered : 0);
  const sent = load.counts.order;
  const run = { counts, sent, unsent: 0, produceMs: 0, seeds: [], confirmMs: 0, totalMs: 0 };
  const checks: Record<string, boolean> = {
    mails: mails === confirmed - repeated && confirmations.repeated === repeated,
    duplicates: faults ? reported >= duplicates : reported === duplicates,
    stock: stored !== undefined && stored.stockTaken === stored.scheduled,
  };
  for (const { stores } of STORING_QUEUES) checks[stores.all] = stored?.rows[stores.all] === mails;
  const wrong = Object.keys(checks).filter((name) => !checks[name]);
  return [...new Set([...wrong, ...(faults ? [] : findDiscrepancies(run))])];
}

const expectedReceipt = ({ key, rows, rejected }: SentLoad['files'][number]): FileReceipt => ({
  key,
  status: 'ingested',
  rows,
  sent: rows - rejected.length,
  rejected: rejected.length,
  rejectedRows: rejected,
});

const shorten = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
