import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { createInvocationContext } from '../../runtime/invocation-context.ts';
import type { FunctionCode } from './bundle-functions.ts';
import { errorPayload } from './error-payload.ts';

/** Data that a thread receives when it starts. */
export interface EnvironmentData {
  code: FunctionCode;
  functionName: string;
  functionArn: string;
  memorySize: number;
}

/** One invocation. The next one is sent only after its answer. */
export interface InvokeMessage {
  requestId: string;
  /** JSON of the event. */
  payload: string;
  /** Epoch ms. */
  deadline: number;
}

/** A message of the thread: `ready` or an error once the code is loaded, then a result or an error for each invocation. */
export interface EnvironmentMessage {
  type: 'ready' | 'result' | 'error';
  /** JSON. */
  payload: string;
}

const { code, functionName, functionArn, memorySize } = workerData as EnvironmentData;

function post(type: EnvironmentMessage['type'], payload: string): void {
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

// All environments of a function load the same bundle, so only the first one compiles it.
enableCompileCache(join(dirname(code.file), 'compile-cache'));

try {
  const { [code.exportName]: handler } = await import(pathToFileURL(code.file).href);
  if (typeof handler !== 'function')
    throw new Error(`handler: ${code.file} does not export a function named ${code.exportName}`);
  parentPort?.on('message', async (message: InvokeMessage) => {
    try {
      const answer: unknown = await handler(JSON.parse(message.payload), contextOf(message));
      // Like Lambda, answers null if the handler returns undefined.
      post('result', JSON.stringify(answer) ?? 'null');
    } catch (error) {
      post('error', errorPayload(error));
    }
  });
  post('ready', 'null');
} catch (error) {
  // Keeps the thread until it is terminated: if it exits by itself, its last message may be lost.
  parentPort?.on('message', () => undefined);
  post('error', errorPayload(error));
}
