import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { converted } from './service-error.ts';

export async function invokeFunction<Answer>(
  client: LambdaClient,
  functionName: string,
  payload: unknown,
): Promise<Answer> {
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) });
  const { Payload } = await converted(`Invoke ${functionName}`, client.send(command));
  return JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as Answer;
}
