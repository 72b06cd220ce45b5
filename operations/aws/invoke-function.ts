import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { InvalidInputError, ServiceError, withServiceErrors } from '../../lib/errors.ts';

/** What Lambda says of a function that failed: https://docs.aws.amazon.com/lambda/latest/dg/typescript-exceptions.html */
interface FunctionFailure {
  errorType?: string;
  errorMessage?: string;
}

/**
 * Invokes a function and waits for its answer.
 *
 * @param functionName with the stage's prefix
 * @throws InvalidInputError with the function's own words, where it refuses the payload; ServiceError, whose code is the
 * function's error class, where it fails otherwise, and as for any other service
 */
export async function invokeFunction<Answer>(
  client: LambdaClient,
  functionName: string,
  payload: unknown,
): Promise<Answer> {
  const operation = `Invoke ${functionName}`;
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) });
  const { FunctionError, Payload } = await withServiceErrors(operation, client.send(command));
  const answer = JSON.parse(Payload?.transformToString() || 'null');
  if (FunctionError === undefined) return answer;
  const { errorType = FunctionError, errorMessage = 'no message' } = Object(answer) as FunctionFailure;
  if (errorType === 'InvalidInputError') throw new InvalidInputError(errorMessage);
  throw new ServiceError(operation, errorType, errorMessage);
}
