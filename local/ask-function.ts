import type { InvokeResult } from './lambda/execution-environment.ts';

/**
 * Invokes a function and reads its answer.
 *
 * @throws Error with what the function says, where it fails
 */
export async function askFunction<Answer>(
  { invoke }: { invoke(name: string, event: unknown): Promise<InvokeResult> },
  name: string,
  event: unknown,
): Promise<Answer> {
  const { payload, functionError } = await invoke(name, event);
  const answer = JSON.parse(payload);
  if (functionError) throw new Error(`${name}: ${answer.errorMessage}`);
  return answer;
}
