import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@aws-lambda-powertools/logger';

/**
 * The request id that log lines of the running code carry, where several batches are in flight. On Lambda, where
 * there is one invocation at a time, Powertools keeps it on the logger, and this stays empty.
 */
export const requestId = new AsyncLocalStorage<string>();

/**
 * Powertools keeps what it knows of the invocation on the logger, so batches side by side would log each other's request
 * id. (Its own answer to that, `AWS_LAMBDA_MAX_CONCURRENCY`, throws at every line outside an invocation.)
 */
class FunctionLogger extends Logger {
  protected override printLog(level: number, line: Parameters<Logger['printLog']>[1]): void {
    const id = requestId.getStore();
    super.printLog(level, id === undefined ? line : line.addAttributes({ function_request_id: id }));
  }
}

/**
 * The functions' log: JSON lines, service name and level from the `POWERTOOLS_*` variables. Says `order_id`s and
 * message ids, never names, addresses or bodies.
 */
export const logger: Logger = new FunctionLogger();
