import type { Command } from 'commander';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { readRange } from '../../../operations/reconcile/read-range.ts';
import { reconcile as compare } from '../../../operations/reconcile/reconcile.ts';
import type { Reconciliation } from '../../../operations/reconcile/reconciliation.ts';
import { awaitReplay, type Replay, replay } from '../../../operations/reconcile/replay.ts';
import { wholeNumber } from '../../../program/options.ts';
import { QUEUES } from '../../../topology.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { createProgressBar } from '../progress.ts';
import { renderReconciliation, renderReplay } from '../render-reconciliation.ts';

interface ReconcileOptions {
  from?: string;
  to?: string;
  repair?: true;
  /** False with `--no-wait`. */
  wait: string | boolean;
}

/** On AWS, analytics batches sales for 5 minutes before it loads them: see `salesBatchingWindow`. */
const WAIT_SECONDS = '600';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create(
    'reconcile',
    'Check that every received order was confirmed, shipped and recorded as a sale; exit with 1 if gaps remain',
  )
    .option(
      '--from <time>',
      'orders confirmed at or after this time, ISO 8601 (default: 30 days ago, when ledger records expire)',
    )
    .option('--to <time>', 'orders confirmed before this time, ISO 8601 (default: now)')
    .option('--repair', 'replay orders to the consumers that missed them; no customer is notified twice')
    .option(
      '--wait <seconds>',
      'with --repair: how long to wait until replayed orders are stored',
      WAIT_SECONDS,
    )
    .option('--no-wait', 'with --repair: do not wait')
    .action(createAction(onExit, reconcile));
}

async function reconcile(context: Context, options: ReconcileOptions): Promise<CommandResult> {
  const range = readRange(options, Date.now(), (field) => `--${field}`);
  const waitMs = options.wait === false ? 0 : wholeNumber('--wait', String(options.wait), 1, 86_400) * 1_000;
  const pipeline = await context.open();
  const before = await compare(pipeline, range, createProgressBar);
  if (!options.repair || before.gaps.length === 0) {
    const text = renderReconciliation(before, context.style);
    return { data: before, text, exit: exitOf(before.reconciled) };
  }
  return repair(context, pipeline, before, options, waitMs);
}

async function repair(
  { style }: Context,
  pipeline: Pipeline,
  before: Reconciliation,
  options: ReconcileOptions,
  waitMs: number,
): Promise<CommandResult> {
  const replayed = await replay(pipeline, before);
  const report = `${renderReconciliation(before, style)}\n${renderReplay(replayed, style)}`;
  if (waitMs === 0) {
    const data = { before, ...replayed, arrived: null, after: null };
    return { data, text: report, exit: exitOf(isReplayed(before, replayed)) };
  }
  const arrived = await awaitReplay(pipeline, replayed, Date.now() + waitMs, createProgressBar);
  // Includes the orders that the repair has confirmed.
  const range = {
    from: Date.parse(before.from),
    to: options.to === undefined ? Date.now() : Date.parse(before.to),
  };
  const after = await compare(pipeline, range, createProgressBar);
  const late = arrived
    ? ''
    : style.warning('  Some replayed orders were not stored in time: run orders reconcile again later.\n');
  const text = `${report}${late}\n${renderReconciliation(after, style)}`;
  return { data: { before, ...replayed, arrived, after }, text, exit: exitOf(after.reconciled && arrived) };
}

/** Returns whether every gap was replayed and no confirmed order is left in a dead-letter queue. */
function isReplayed(found: Reconciliation, { unsent }: Replay): boolean {
  const hasDeadLetters = QUEUES.some(({ stores }) => stores && found[stores.all]?.dead_lettered);
  return unsent.length === 0 && !hasDeadLetters;
}

const exitOf = (isFine: boolean): ExitStatus => (isFine ? EXIT.ok : EXIT.failed);
