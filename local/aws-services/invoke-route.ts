import type { Enforcement } from '../iam/caller.ts';
import { arn } from '../stack/account.ts';
import { jsonAnswer } from './answers.ts';
import { AwsError } from './aws-error.ts';
import { checkLambda } from './lambda-access.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';

/** The result of an invocation. For an `Event`, it is returned without waiting for the function. */
export type InvokeAnswer =
  | { found: false }
  /** `payload` is JSON: the answer, or Lambda's error object if `functionError` is set. */
  | { found: true; payload?: string; functionError?: 'Unhandled' };

export type InvokeFunction = (
  name: string,
  payload: unknown,
  invocationType: 'RequestResponse' | 'Event',
) => Promise<InvokeAnswer>;

/** Matches a name, a name with a qualifier, or any form of ARN. */
const FUNCTION_NAME = /^(?:.*:?function:)?([^:]+)(?::([^:]*))?$/;

/** Returns the function's name from a name or an ARN. */
export const functionNameOf = (text: string): string => FUNCTION_NAME.exec(text)?.[1] ?? text;

/** Returns the ARN of a function. A qualifier is part of it, as in policies. */
function arnOf(functionName: string, query: URLSearchParams): string {
  const [, name = functionName, qualifier = query.get('Qualifier')] = FUNCTION_NAME.exec(functionName) ?? [];
  return arn('lambda', qualifier ? `function:${name}:${qualifier}` : `function:${name}`);
}

/**
 * Answers Lambda's Invoke API: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
 * Answers a `DryRun` with status 204 for any name, without an invocation.
 *
 * @param functionName Name or ARN in the path.
 * @param enforcement Default: nothing is enforced.
 */
export async function answerInvoke(
  functionName: string,
  request: ServiceRequest,
  invoke: InvokeFunction,
  enforcement: Enforcement = {},
): Promise<ServiceResponse> {
  const { headers, query, body } = request;
  const refuse = (status: number, type: string, message: string) =>
    jsonAnswer(status, { Type: 'User', Message: message }, { 'x-amzn-errortype': type });

  try {
    checkLambda(enforcement, request, 'Invoke', arnOf(functionName, query));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return refuse(error.status, error.code, error.message);
  }

  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'DryRun') return { status: 204 };
  if (type !== 'RequestResponse' && type !== 'Event') {
    const rule = 'X-Amz-Invocation-Type: must be RequestResponse, Event or DryRun';
    return refuse(400, 'InvalidParameterValueException', `${rule}, received ${type}`);
  }

  let payload: unknown;
  try {
    payload = JSON.parse(body.toString() || '{}');
  } catch (error) {
    const reason = (error as SyntaxError).message;
    return refuse(400, 'InvalidRequestContentException', `Could not parse request body into json: ${reason}`);
  }

  const answer = await invoke(functionNameOf(functionName), payload, type);
  if (!answer.found) return refuse(404, 'ResourceNotFoundException', `Function not found: ${functionName}`);
  if (type === 'Event') return { status: 202, body: '' };
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      ...(answer.functionError && { 'x-amz-function-error': answer.functionError }),
    },
    body: answer.payload ?? 'null',
  };
}
