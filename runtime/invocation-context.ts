import type { Context } from 'aws-lambda';

/** One invocation of a handler outside Lambda. */
export interface Invocation {
  requestId: string;
  functionName: string;
  functionArn: string;
  /** Memory limit in MB, as a string like Lambda's. */
  memorySize: string;
  /** When the invocation times out, in epoch milliseconds. */
  deadline: number;
}

/** Creates the context object that Lambda would pass to the handler. */
export function createInvocationContext(invocation: Invocation): Context {
  const { requestId, functionName, functionArn, memorySize, deadline } = invocation;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    memoryLimitInMB: memorySize,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}

/** Lambda's Node.js 24 runtime dropped these methods together with callbacks. */
function unsupported(): never {
  throw new Error('handlers return a promise: context.done, fail and succeed are not supported');
}
