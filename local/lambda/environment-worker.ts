import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { createInvocationContext } from '../../runtime/invocation-context.ts';
import type { FunctionCode } from './bundle-functions.ts';
import { errorPayload } from './error-payload.ts';

/** What a thread is told at its start. */
export interface EnvironmentData {
  code: FunctionCode;
  functionName: string;
  functionArn: string;
  memorySize: number;
}

/** One invocation; the next one comes only after its answer. */
export interface InvokeMessage {
  requestId: string;
  /** JSON of the event. */
  payload: string;
  /** Epoch ms. */
  deadline: number;
}

/** First `ready` or an error, once the code is loaded; then a result or an error for each invocation. All in JSON. */
export interface EnvironmentMessage {
  type: 'ready' | 'result' | 'error';
  payload: string;
}

const { code, functionName, functionArn, memorySize } = workerData as EnvironmentData;

function tell(type: EnvironmentMessage['type'], payload: string): void {
  const message: EnvironmentMessage = { type, payload };
  parentPort?.postMessage(message);
}

function contextOf({ requestId, deadline }: InvokeMessage): Context {
  return createInvocationContext({
    requestId,
    functionName,
    functionArn,
    memorySize: String(memorySize),
    deadline,
  });
}

// Every environment of a function loads the same bundle: only the first one has to compile it.
enableCompileCache(join(dirname(code.file), 'compile-cache'));

try {
  const { [code.exportName]: handler } = await import(pathToFileURL(code.file).href);
  if (typeof handler !== 'function')
    throw new Error(`${code.exportName} is not exported, or is not a function`);
  parentPort?.on('message', async (message: InvokeMessage) => {
    try {
      const answer: unknown = await handler(JSON.parse(message.payload), contextOf(message));
      // A handler that returns nothing answers null.
      tell('result', JSON.stringify(answer) ?? 'null');
    } catch (error) {
      tell('error', errorPayload(error));
    }
  });
  tell('ready', 'null');
} catch (error) {
  // Stays until it is ended: a thread that ends by itself may be gone before its last message has arrived.
  parentPort?.on('message', () => undefined);
  tell('error', errorPayload(error));
}
