import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import { createSqsClient } from '../lib/aws/clients.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { readConfig } from '../lib/config.ts';
import { stopOnSignals } from '../program/stop-on-signals.ts';
import { createBatchRunner, workerLog } from './batch-runner.ts';
import { type BatchHandler, queueFunction } from './functions.ts';
import { pollQueue } from './poll-queue.ts';
import type { WorkerOptions } from './worker-options.ts';
import { startHealthServer, WorkerStatus } from './worker-status.ts';

/**
 * Exit statuses. `ok`: a signal stopped the worker. `failed`: an error ended it, a batch ran out of time, or batches were still
 * in flight at the deadline. `forced`: a second signal ended it. A supervisor should restart the worker after `failed`.
 */
const EXIT = { ok: 0, failed: 1, forced: 130 } as const;

/**
 * AWS advises a visibility timeout of 6 function timeouts:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const TIMEOUTS_IN_VISIBILITY = 6;

/**
 * Runs a worker until a signal stops it or a batch runs out of time: starting → polling → stopping → ended.
 *
 * A message is deleted only after the function has processed it. So however the process ends, messages in flight become visible
 * again after the queue's visibility timeout.
 *
 * @returns The exit status; never rejects.
 */
export async function runWorker(options: WorkerOptions): Promise<number> {
  try {
    return await run(options);
  } catch (error) {
    workerLog.critical('worker cannot start', { error: error as Error });
    return EXIT.failed;
  }
}

async function run(options: WorkerOptions): Promise<number> {
  const { functionName, concurrency, deadline, healthPort } = options;
  const stopping = Promise.withResolvers<{ reason: string; status: number }>();
  stopOnSignals((signal) => stopping.resolve({ reason: signal, status: EXIT.ok }), EXIT.forced);
  // Unhandled rejections arrive here, too.
  process.on('uncaughtException', (error) => {
    workerLog.critical('worker crashed', { error });
    process.exit(EXIT.failed);
  });

  const { urlVariable, batchSize, load } = queueFunction(functionName);
  const { [urlVariable]: queueUrl = '' } = readConfig(urlVariable);
  const { handler } = (await load()) as { handler: BatchHandler };
  const sqs = createSqsClient();
  const queue = createQueue(sqs, queueUrl);
  const { arn, visibilityTimeout } = await queue.describe();
  if (visibilityTimeout < TIMEOUTS_IN_VISIBILITY) {
    throw new Error(
      `queue ${arn}: VisibilityTimeout must be at least ${TIMEOUTS_IN_VISIBILITY} s, received ${visibilityTimeout}`,
    );
  }
  const timeout = options.timeout ?? Math.floor(visibilityTimeout / TIMEOUTS_IN_VISIBILITY);
  const runBatch = createBatchRunner({
    functionName,
    handler,
    queue,
    visibilityTimeout,
    timeout,
  });

  const status = new WorkerStatus(functionName);
  async function onBatch(records: SQSRecord[]): Promise<void> {
    status.batchStarted(records.length);
    try {
      status.batchEnded(await runBatch(records));
    } catch {
      status.batchEnded({ handled: 0, failed: records.length });
      stopping.resolve({ reason: 'a batch ran out of time', status: EXIT.failed });
    }
  }

  const health =
    healthPort === undefined ? undefined : await startHealthServer(healthPort, () => status.health());
  const stopPolling = pollQueue({
    queueUrl,
    queueArn: arn,
    batchSize,
    visibilityTimeout,
    concurrency,
    onBatch,
    onAnswer: () => status.pollAnswered(),
    onFailure: (error) => status.pollFailed(error),
  });
  workerLog.info('worker started', {
    function: functionName,
    queue: arn,
    concurrency,
    visibility_timeout: visibilityTimeout,
    timeout,
    health,
  });

  const stop = await stopping.promise;
  status.stopping();
  workerLog.info('worker stopping', { reason: stop.reason, ...status.counts });
  const inTime = await Promise.race([
    stopPolling().then(() => true),
    sleep(deadline * 1_000, false, { ref: false }),
  ]);
  workerLog.info('worker stopped', { reason: stop.reason, ...status.counts });
  return inTime ? stop.status : EXIT.failed;
}
