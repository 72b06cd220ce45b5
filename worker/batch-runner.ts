import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { Queue } from '../lib/aws/queue.ts';
import { logger, requestId } from '../lib/observability/logger.ts';
import { type BatchAnswer, readBatchAnswer } from '../runtime/batch-answer.ts';
import { createInvocationContext } from '../runtime/invocation-context.ts';
import type { BatchHandler } from './functions.ts';

/** The worker's own lines: like the functions', but never with the request id of the batch that began last. */
export const workerLog = logger.createChild();

export interface BatchRunnerOptions {
  functionName: string;
  handler: BatchHandler;
  queue: Pick<Queue, 'changeVisibility' | 'delete'>;
  /** The queue's visibility timeout, in seconds. */
  visibilityTimeout: number;
  /** Seconds that a batch may take. */
  timeout: number;
}

/** How many of a batch's messages were processed and how many failed. */
export interface BatchCounts {
  /** Processed, and deleted. */
  handled: number;
  /** Left in the queue. */
  failed: number;
}

/** A batch ran out of time. What its handler is still doing cannot be stopped, only ended with the process. */
export class OverdueError extends Error {
  override readonly name = 'OverdueError';
}

/**
 * Ms before the end of its time at which a batch counts as overdue: middy answers 5 ms before it for a handler that hangs,
 * which then would go on unseen.
 */
const EARLY_MS = 10;

/**
 * Runs the handler on batches, one after another or concurrently, and deletes the messages it has processed.
 *
 * A batch: handler at work, its messages' visibility timeout renewed at every third of it → answer → deletion. Renewal ends with
 * the answer, so that it does not undo when the handler has failed messages redelivered.
 *
 * @returns a function that runs a batch; it throws only an OverdueError
 */
export function createBatchRunner(options: BatchRunnerOptions) {
  const { functionName, handler, queue, visibilityTimeout, timeout } = options;

  async function hideAgain(records: readonly SQSRecord[]): Promise<void> {
    const outcomes = await queue.changeVisibility(
      records.map(({ receiptHandle }) => receiptHandle),
      visibilityTimeout,
    );
    const refused = outcomes.filter((outcome) => !outcome.ok);
    if (refused[0]) {
      workerLog.warn('messages not hidden any longer, they may come back early', {
        messages: refused.length,
        error: refused[0].error,
      });
    }
  }

  /** As JSON carries it, like an answer to Lambda. */
  async function invoke(records: SQSRecord[], id: string): Promise<unknown> {
    const context = createInvocationContext({
      requestId: id,
      functionName,
      // These two are Lambda's own.
      functionArn: '',
      memorySize: '',
      deadline: Date.now() + timeout * 1_000,
    });
    const answer = await requestId.run(id, () => handler({ Records: records }, context));
    return JSON.parse(JSON.stringify(answer) ?? 'null');
  }

  async function ask(records: SQSRecord[], id: string): Promise<BatchAnswer> {
    const messageIds = records.map(({ messageId }) => messageId);
    const overdue = Promise.withResolvers<never>();
    const clock = setTimeout(
      () => overdue.reject(new OverdueError(`batch: must end in ${timeout} s, has not`)),
      timeout * 1_000 - EARLY_MS,
    );
    const heartbeat = setInterval(() => void hideAgain(records), (visibilityTimeout * 1_000) / 3);
    try {
      return readBatchAnswer(await Promise.race([invoke(records, id), overdue.promise]), messageIds);
    } catch (error) {
      const isOverdue = error instanceof OverdueError;
      workerLog.error(isOverdue ? 'batch ran out of time' : 'batch failed', {
        function_request_id: id,
        messages: records.length,
        error: error as Error,
      });
      if (isOverdue) throw error;
      return { failed: new Set(messageIds) };
    } finally {
      clearTimeout(clock);
      clearInterval(heartbeat);
    }
  }

  async function deleteAll(records: readonly SQSRecord[]): Promise<number> {
    const outcomes = await queue.delete(records.map(({ receiptHandle }) => receiptHandle));
    const refused = outcomes.filter((outcome) => !outcome.ok);
    if (refused[0]) {
      workerLog.warn('messages not deleted, they come back', {
        messages: refused.length,
        error: refused[0].error,
      });
    }
    return records.length - refused.length;
  }

  return async function runBatch(records: SQSRecord[]): Promise<BatchCounts> {
    const id = randomUUID();
    const { failed, reason } = await ask(records, id);
    if (reason) {
      workerLog.error('batch failed', { function_request_id: id, messages: records.length, reason });
    }
    const handled = await deleteAll(records.filter(({ messageId }) => !failed.has(messageId)));
    return { handled, failed: records.length - handled };
  };
}
