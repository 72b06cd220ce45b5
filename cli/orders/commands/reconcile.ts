import type { Command } from 'commander';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { readRange } from '../../../operations/reconcile/read-range.ts';
import { reconcile as compare } from '../../../operations/reconcile/reconcile.ts';
import type { Reconciliation } from '../../../operations/reconcile/reconciliation.ts';
import { awaitReplay, type Replay, replay } from '../../../operations/reconcile/replay.ts';
import { wholeNumber } from '../../../program/options.ts';
import { QUEUES } from '../../../topology.ts';
import { type Answer, answering, createCommand as create } from '../command.ts';
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

/** On AWS a sale waits 5 minutes for company, and then for a load: see `salesBatchingWindow`. */
const WAIT_SECONDS = '600';

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create(
    'reconcile',
    'Compares orders received, confirmed, shipped and sold. Exits 1 where gaps remain.',
  )
    .option(
      '--from <time>',
      'confirmed from then on, ISO 8601 (default: 30 days ago, as far as the ledger remembers)',
    )
    .option('--to <time>', 'confirmed before then, ISO 8601 (default: now)')
    .option('--repair', 'give orders again to just those who missed them; nobody is told twice')
    .option('--wait <seconds>', 'how long to wait until repairs are stored', WAIT_SECONDS)
    .option('--no-wait', 'do not wait for them')
    .action(answering(onExit, reconcile));
}

async function reconcile(context: Context, options: ReconcileOptions): Promise<Answer> {
  const range = readRange(options, Date.now());
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
): Promise<Answer> {
  const replayed = await replay(pipeline, before);
  const told = `${renderReconciliation(before, style)}\n${renderReplay(replayed, style)}`;
  if (waitMs === 0) {
    const data = { before, ...replayed, arrived: null, after: null };
    return { data, text: told, exit: exitOf(isWhole(before, replayed)) };
  }
  const arrived = await awaitReplay(pipeline, replayed, Date.now() + waitMs, createProgressBar);
  // What was confirmed just now is to be seen as well.
  const range = {
    from: Date.parse(before.from),
    to: options.to === undefined ? Date.now() : Date.parse(before.to),
  };
  const after = await compare(pipeline, range, createProgressBar);
  const late = arrived ? '' : style.warning('  Not all of it was stored in time: run it again later.\n');
  const text = `${told}${late}\n${renderReconciliation(after, style)}`;
  return { data: { before, ...replayed, arrived, after }, text, exit: exitOf(after.reconciled && arrived) };
}

/** Whether all gaps are on their way to be closed. */
function isWhole(found: Reconciliation, { unsent }: Replay): boolean {
  const hasDeadLetters = QUEUES.some(({ stores }) => stores && found[stores.all]?.dead_lettered);
  return unsent.length === 0 && !hasDeadLetters;
}

const exitOf = (isFine: boolean): ExitStatus => (isFine ? EXIT.ok : EXIT.failed);
