import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@aws-lambda-powertools/logger';

/**
 * The request id for the log lines of the current batch, when several batches are in flight. Empty on Lambda, which runs one
 * invocation at a time: there Powertools keeps the id on the logger.
 */
export const requestId = new AsyncLocalStorage<string>();

/**
 * Powertools keeps the request id on the shared logger, so concurrent batches would log each other's id. Its own solution,
 * `AWS_LAMBDA_MAX_CONCURRENCY`, throws for every line outside an invocation.
 */
class FunctionLogger extends Logger {
  protected override printLog(level: number, line: Parameters<Logger['printLog']>[1]): void {
    const id = requestId.getStore();
    super.printLog(level, id === undefined ? line : line.addAttributes({ function_request_id: id }));
  }
}

/**
 * The functions' logger. Writes JSON lines; the `POWERTOOLS_*` variables set service name and level. Log `order_id`s and
 * message ids, never names, addresses or bodies.
 */
export const logger: Logger = new FunctionLogger();
