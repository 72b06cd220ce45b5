import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SalesReport } from '../lib/report/report-sales.ts';
import { UsageError } from '../program/options.ts';
import { stopOnSignals } from '../program/stop-on-signals.ts';
import { callFunction } from './call-function.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from './embedded-cloud.ts';
import { findDiscrepancies } from './start/discrepancies.ts';
import { type PipelineCounts, startCounting } from './start/pipeline-counts.ts';
import { createProgress } from './start/progress.ts';
import { runOrders } from './start/run-orders.ts';
import { HELP, readStartOptions, type StartOptions } from './start/start-options.ts';
import { stockUp } from './start/stock-up.ts';
import { summarize } from './start/summary.ts';
import { describeCloud, explainFailure, listNextCommands } from './start/texts.ts';

const PROJECT = resolve(import.meta.dirname, '..');
/** Folder of the outputs file. serverless.yml reads it by the same environment variable. */
const LOCAL = resolve(PROJECT, process.env.ORDER_PIPELINE_LOCAL_DIR ?? '.local');

const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

// Generated orders may have any timestamp.
const BEST_SELLERS = { from: '1970-01-01', to: '9999-12-31', by: 'product', limit: 5 };

/** A service of the embedded cloud crashed; `cause` is its error. */
class ServiceCrash extends Error {
  override readonly name = 'ServiceCrash';
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readStartOptions(args);
    if (!options.help) return await run(options);
    process.stdout.write(HELP);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`${explainFailure(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function run(options: StartOptions): Promise<number> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  stopOnSignals(() => stopping.abort(), EXIT.interrupted);
  stopWithNpm(stopping);
  // A failed write means that the terminal was closed or the program behind the pipe ended.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stopping.abort());

  const start = Date.now();
  const starting = startEmbeddedCloud({
    projectDirectory: PROJECT,
    localDirectory: LOCAL,
    port: options.port,
    awsPort: options.awsPort,
    params: paramsOf(options),
    iam: options.iam,
    // A poller repeats a denied request twice a second.
    onDenied: ({ message, count }) => count === 1 && process.stderr.write(`\nDENIED  ${message}\n`),
    // npm runs its scripts in the project's folder; INIT_CWD is the folder in which npm was called.
    dataDir: options.dataDir && resolve(process.env.INIT_CWD ?? '.', options.dataDir),
    onCrash: (cause) =>
      stopping.abort(new ServiceCrash('embedded cloud: stopped because a service crashed', { cause })),
  });
  let cloud: EmbeddedCloud;
  try {
    cloud = await starting;
  } catch (error) {
    if (signal.reason instanceof ServiceCrash) throw signal.reason;
    if (!signal.aborted) throw error;
    // Ctrl-C also reaches child processes of the start, so the start fails.
    process.stdout.write('\nStopping …\n');
    return EXIT.interrupted;
  }
  try {
    const [count] = await Promise.all([
      startCounting(cloud),
      cloud.outputs.ShippingQueueUrl && stockUp(cloud),
    ]);
    if (!signal.aborted) cloud.startEvents();
    if (!signal.aborted) process.stdout.write(describeCloud(cloud, Date.now() - start));
    const reconciled = options.produce || options.exit ? await drain(cloud, options, count, signal) : true;
    if (options.exit && !signal.aborted) return reconciled ? EXIT.ok : EXIT.failed;
    if (!signal.aborted) process.stdout.write(listNextCommands(cloud));
    await stopped;
    if (signal.reason instanceof ServiceCrash) throw signal.reason;
    return options.exit ? EXIT.interrupted : EXIT.ok;
  } catch (error) {
    // An error after a crash is a consequence of the crash.
    throw signal.reason instanceof ServiceCrash ? signal.reason : error;
  } finally {
    if (signal.aborted) process.stdout.write('\nStopping …\n');
    // A service that crashed does not answer.
    if (!(signal.reason instanceof ServiceCrash)) await writeRights(cloud).catch(() => undefined);
    await cloud.stop();
  }
}

/** Writes which rights were granted and used, for `npm run doctor -- --rights`. */
async function writeRights(cloud: EmbeddedCloud): Promise<void> {
  await writeFile(join(LOCAL, 'rights.json'), `${JSON.stringify(await cloud.usage(), undefined, 2)}\n`);
}

/** Returns the stage parameters that the command line sets. */
function paramsOf({ concurrency, shipping, sales }: StartOptions): Record<string, string | number> {
  return {
    ...(concurrency && { consumerConcurrency: concurrency }),
    ...(shipping && { shipping }),
    ...(sales && { sales }),
  };
}

/** Sends the orders, waits until all are processed and prints the summary. Returns whether every order is accounted for. */
async function drain(
  cloud: EmbeddedCloud,
  options: StartOptions,
  count: () => Promise<PipelineCounts>,
  signal: AbortSignal,
): Promise<boolean> {
  process.stdout.write('\n');
  const progress = createProgress(
    process.stdout,
    options.produce ? options.count : (await count()).carriedOver,
  );
  const result = await runOrders(cloud, options, count, progress, signal).finally(progress.done);
  if (!result) return false;
  const bestSellers = cloud.outputs.AnalyticsQueueUrl
    ? await callFunction<SalesReport>(cloud, 'report', BEST_SELLERS)
    : undefined;
  process.stdout.write(`\n${summarize(result, bestSellers)}`);
  return findDiscrepancies(result).length === 0;
}

/** Stops this process when npm ends, because a killed npm does not stop its script. */
function stopWithNpm(stopping: AbortController): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = process.ppid;
  setInterval(() => process.ppid !== npm && stopping.abort(), 500).unref();
}
