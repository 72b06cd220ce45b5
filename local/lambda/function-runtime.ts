import pLimit from 'p-limit';
import { ExecutionEnvironment, type InvokeResult, type LambdaFunction } from './execution-environment.ts';

/**
 * Runs one function: in an idle execution environment where there is one, else in a new one, up to `concurrency`
 * at once; further invocations wait their turn.
 */
export class FunctionRuntime {
  readonly #function: LambdaFunction;
  readonly #onLog: (line: string) => void;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #busy = new Set<ExecutionEnvironment>();

  /** @param onLog gets each line that the function writes */
  constructor(lambdaFunction: LambdaFunction, concurrency: number, onLog: (line: string) => void) {
    this.#function = lambdaFunction;
    this.#limit = pLimit({ concurrency, rejectOnClear: true });
    this.#onLog = onLog;
  }

  /** @param payload JSON of the event */
  invoke(payload: string): Promise<InvokeResult> {
    return this.#limit(async () => {
      const environment = this.#idle.pop() ?? new ExecutionEnvironment(this.#function, this.#onLog);
      this.#busy.add(environment);
      const result = await environment.invoke(payload).finally(() => this.#busy.delete(environment));
      if (environment.alive) this.#idle.push(environment);
      return result;
    });
  }

  /** Ends all environments at once: invocations under way fail. */
  async stop(): Promise<void> {
    this.#limit.clearQueue();
    await Promise.all([...this.#idle, ...this.#busy].map((environment) => environment.stop()));
  }
}
