import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { InvalidInputError, ServiceError, withServiceErrors } from '../../lib/errors.ts';

/** Lambda's answer for a function that failed: https://docs.aws.amazon.com/lambda/latest/dg/typescript-exceptions.html */
interface FunctionFailure {
  errorType?: string;
  errorMessage?: string;
}

/**
 * Invokes a function and waits for its answer.
 *
 * @param functionName Name on AWS, including the stage's prefix.
 * @throws InvalidInputError with the function's own message if the function rejects the payload
 * @throws ServiceError if Lambda cannot be called, or the function fails; then its code is the function's error class
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
