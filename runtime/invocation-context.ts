import type { Context } from 'aws-lambda';

/** One invocation, outside Lambda. */
export interface Invocation {
  requestId: string;
  functionName: string;
  functionArn: string;
  /** MB; as text, as Lambda has it. */
  memorySize: string;
  /** Epoch ms at which its time is up. */
  deadline: number;
}

/** What Lambda would tell a handler about its invocation. */
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

/** Gone since Node.js 24's runtime, as callbacks are. */
function unsupported(): never {
  throw new Error('handlers return a promise: context.done, fail and succeed are not supported');
}
