import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { Queue } from '../lib/aws/queue.ts';
import { logger, requestId } from '../lib/observability/logger.ts';
import { type BatchAnswer, readBatchAnswer } from '../runtime/batch-answer.ts';
import { createInvocationContext } from '../runtime/invocation-context.ts';
import type { BatchHandler } from './functions.ts';

/** Logger for the worker itself. It is a child, so that it does not log the request id of the batch that started last. */
export const workerLog = logger.createChild();

export interface BatchRunnerOptions {
  functionName: string;
  handler: BatchHandler;
  queue: Pick<Queue, 'changeVisibility' | 'delete'>;
  /** Visibility timeout of the queue, in seconds. */
  visibilityTimeout: number;
  /** Time limit of a batch, in seconds. */
  timeout: number;
}

/** The outcome of a batch in messages. */
export interface BatchCounts {
  /** Number of messages processed and deleted. */
  handled: number;
  /** Number of messages left in the queue. */
  failed: number;
}

/** A batch ran out of time. Its handler keeps running until the process ends, since nothing else can stop it. */
export class OverdueError extends Error {
  override readonly name = 'OverdueError';
}

/**
 * A batch counts as overdue this many milliseconds before its time limit. middy answers for a hanging handler 5 ms before the
 * limit; by then the batch has to be overdue, or the handler would go on unnoticed.
 */
const EARLY_MS = 10;

/**
 * Creates a function that runs the handler on a batch and deletes the messages that it processed. Batches may run concurrently.
 *
 * States of a batch: running → answered → deleted. While it runs, the visibility timeout of its messages is renewed whenever a
 * third of it has passed. Renewal stops before the answer is handled, because it would overwrite the retry delay that the handler
 * set for failed messages.
 *
 * @returns The function; it throws only an OverdueError.
 */
export function createBatchRunner(options: BatchRunnerOptions) {
  const { functionName, handler, queue, visibilityTimeout, timeout } = options;

  async function renewVisibilityTimeout(records: readonly SQSRecord[]): Promise<void> {
    const outcomes = await queue.changeVisibility(
      records.map(({ receiptHandle }) => receiptHandle),
      visibilityTimeout,
    );
    const refused = outcomes.filter((outcome) => !outcome.ok);
    if (refused[0]) {
      workerLog.warn('visibility timeout not renewed, messages may be redelivered early', {
        messages: refused.length,
        error: refused[0].error,
      });
    }
  }

  /** Returns the handler's answer after a round trip through JSON, like Lambda's. */
  async function invoke(records: SQSRecord[], id: string): Promise<unknown> {
    const context = createInvocationContext({
      requestId: id,
      functionName,
      // A worker has no ARN and no memory size.
      functionArn: '',
      memorySize: '',
      deadline: Date.now() + timeout * 1_000,
    });
    const answer = await requestId.run(id, () => handler({ Records: records }, context));
    return JSON.parse(JSON.stringify(answer) ?? 'null');
  }

  async function processBatch(records: SQSRecord[], id: string): Promise<BatchAnswer> {
    const messageIds = records.map(({ messageId }) => messageId);
    const overdue = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => overdue.reject(new OverdueError(`batch: did not finish within ${timeout} s`)),
      timeout * 1_000 - EARLY_MS,
    );
    const heartbeat = setInterval(
      () => void renewVisibilityTimeout(records),
      (visibilityTimeout * 1_000) / 3,
    );
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
      clearTimeout(timer);
      clearInterval(heartbeat);
    }
  }

  async function deleteAll(records: readonly SQSRecord[]): Promise<number> {
    const outcomes = await queue.delete(records.map(({ receiptHandle }) => receiptHandle));
    const refused = outcomes.filter((outcome) => !outcome.ok);
    if (refused[0]) {
      workerLog.warn('messages not deleted, they will be redelivered', {
        messages: refused.length,
        error: refused[0].error,
      });
    }
    return records.length - refused.length;
  }

  return async function runBatch(records: SQSRecord[]): Promise<BatchCounts> {
    const id = randomUUID();
    const { failed, reason } = await processBatch(records, id);
    if (reason) {
      workerLog.error('batch failed', { function_request_id: id, messages: records.length, reason });
    }
    const handled = await deleteAll(records.filter(({ messageId }) => !failed.has(messageId)));
    return { handled, failed: records.length - handled };
  };
}
