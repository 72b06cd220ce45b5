import { findDiscrepancies } from '../local/start/discrepancies.ts';
import type { PipelineCounts } from '../local/start/pipeline-counts.ts';
import type { Reconciliation } from '../operations/reconcile/reconciliation.ts';
import { QUEUES, type QueueName, STORING_QUEUES, type StoreName } from '../topology.ts';
import type { IdComparison } from './compare-ids.ts';
import type { SentLoad } from './journal.ts';

/*
 * The promise: every valid order is confirmed, shipped and recorded as a sale once; every invalid one can be found; nothing is
 * lost; confirmations are repeated only in the documented cases (docs/reliability.md). All test labs check the promise here.
 */

/** The evidence of a run, collected once its queues are empty. `checkPromise` checks it. */
export interface Evidence extends LabEvidence {
  /** Number of messages in each queue that is not empty. */
  left: Readonly<Partial<Record<QueueName, number>>>;
  load: SentLoad;
  /** E-mails compared with the orders sent. */
  confirmations: IdComparison;
  /** Records that consumers have stored, compared with the confirmed orders. */
  stored: Readonly<Record<StoreName, IdComparison>>;
  /** Products whose stock differs from restocks minus shipments, or that have stock while an order waits for it. */
  wrongStock: readonly string[];
  /** Valid orders in dead-letter queues, which a redrive would process. */
  redrivable: Readonly<Partial<Record<QueueName, readonly string[]>>>;
  /** All other dead letters: bodies, or keys of order files. */
  deadLettered: Readonly<Partial<Record<QueueName, readonly string[]>>>;
  /** Receipts of the readable files. */
  receipts: readonly FileReceipt[];
}

/** Evidence that each lab collects itself. */
export interface LabEvidence {
  /** Absent if the lab cannot see each receive, because event source mappings read the queues inside the embedded cloud. */
  messages?: OrderMessages | undefined;
  /** Orders that were published again after the ledger had marked them as sent. */
  publishedAfterMark?: readonly string[];
  /** Counts of queues, functions and databases; only from a cloud that was never restarted. */
  counts?: PipelineCounts;
  /** The ledger compared with both databases. */
  reconciliation?: Reconciliation;
}

/** Messages of the order queue, each counted once. */
export interface OrderMessages {
  received: number;
  deadLettered: number;
  /** Ids of messages that were received but neither deleted by a consumer nor dead-lettered. */
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

/** The deviations that are allowed in a run. */
export interface Allowed {
  /** Maximum number of repeated confirmations. */
  repeats: number;
  /** Whether valid orders may remain in dead-letter queues. */
  redrivable: boolean;
  /** Whether faults were injected. Then a function may report a batch twice, if an answer was lost. */
  faults: boolean;
}

/**
 * Checks whether a run has kept the promise.
 *
 * @returns One line for each broken clause, with the evidence; empty if the promise is kept.
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

  same('all queues are drained', [], Object.entries(left));

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
      'confirmations are repeated only in the documented cases',
      `${allowed.repeats} allowed, ${confirmations.repeated} repeated`,
    );
  none('no order is published again after it was marked as sent', 'published', publishedAfterMark);

  // Shipped and recorded as a sale once.
  for (const { stores } of STORING_QUEUES)
    once(`every confirmed order has one ${stores.each}`, stored[stores.all]);
  none('stock follows from restocks and shipments', 'wrong', wrongStock);
  if (reconciliation && !reconciliation.reconciled)
    report('ledger and databases agree', shorten(JSON.stringify(reconciliation.gaps)));

  // Invalid orders can be found.
  const unreadable = load.files.filter(({ rows }) => rows === 0).map(({ key }) => key);
  const readable = load.files.filter(({ rows }) => rows > 0);
  same('invalid messages are in the order DLQ', load.invalid.queue, deadLettered.order ?? []);
  same('unreadable files are in the upload DLQ', unreadable, [...new Set(deadLettered.upload)]);
  same('invalid rows are refused over HTTP', [load.invalid.http.length], [load.refused]);
  same('every file has its receipt', readable.map(expectedReceipt), evidence.receipts);
  for (const { name } of QUEUES.filter(({ holds }) => holds === 'confirmed order'))
    none(`no event is in the ${name} DLQ`, 'found', deadLettered[name] ?? []);
  if (!allowed.redrivable)
    none('no dead letter is left that a redrive would process', 'left', Object.values(redrivable).flat());

  // Nothing is lost.
  if (!messages) return broken;
  none('every message is confirmed, a duplicate or dead-lettered', 'vanished', messages.vanished);
  const duplicates = messages.received - confirmations.found - messages.deadLettered;
  if (duplicates < 0)
    report(
      'every message is confirmed, a duplicate or dead-lettered',
      `${messages.received} received, ${confirmations.found} confirmed, ${messages.deadLettered} dead-lettered`,
    );
  if (counts) for (const name of disagreements(evidence, counts, duplicates, allowed)) report(AGREE, name);
  return broken;
}

const AGREE = 'mailbox, queues, functions and databases agree';

/** Returns the names of the counts that disagree with the rest of the evidence. */
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
