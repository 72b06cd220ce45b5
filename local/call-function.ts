import type { InvokeResult } from './lambda/execution-environment.ts';

/**
 * Invokes a function and parses its answer.
 *
 * @throws Error with the function's error message if it fails
 */
export async function callFunction<Answer>(
  { invoke }: { invoke(name: string, event: unknown): Promise<InvokeResult> },
  name: string,
  event: unknown,
): Promise<Answer> {
  const { payload, functionError } = await invoke(name, event);
  const answer = JSON.parse(payload);
  if (functionError) throw new Error(`${name}: ${answer.errorMessage}`);
  return answer;
}
