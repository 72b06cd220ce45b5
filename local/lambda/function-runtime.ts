import pLimit from 'p-limit';
import type { InspectedFunction } from '../../operations/status/inspection.ts';
import { errorPayload } from './error-payload.ts';
import { ExecutionEnvironment, type InvokeResult, type LambdaFunction } from './execution-environment.ts';

/**
 * Runs a function in an idle execution environment or, if there is none, in a new one. At most `concurrency` invocations run
 * concurrently; further ones are queued.
 */
export class FunctionRuntime {
  readonly #function: LambdaFunction;
  readonly #onLog: (line: string) => void;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #busy = new Set<ExecutionEnvironment>();
  readonly #counts: InspectedFunction = { invocations: 0, errors: 0, totalMs: 0, running: 0 };
  #stopped = false;

  /** @param onLog Called with each line that the function writes. */
  constructor(lambdaFunction: LambdaFunction, concurrency: number, onLog: (line: string) => void) {
    this.#function = lambdaFunction;
    this.#limit = pLimit(concurrency);
    this.#onLog = onLog;
  }

  /**
   * Invokes the function. Never rejects: errors are in the result and, as on AWS, in the log.
   *
   * @param payload JSON of the event.
   */
  async invoke(payload: string): Promise<InvokeResult> {
    const result = await this.#limit(() => this.#run(payload));
    if (result.functionError) this.#onLog(`ERROR Invoke Error ${result.payload}`);
    return result;
  }

  /** Sets the number of concurrent invocations. Running invocations continue. */
  limitTo(concurrency: number): void {
    this.#limit.concurrency = concurrency;
  }

  /** Returns the totals since the start. */
  counts(): InspectedFunction {
    return { ...this.#counts };
  }

  /** Terminates all environments immediately. Running, queued and later invocations fail. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#idle, ...this.#busy].map((environment) => environment.stop()));
  }

  async #run(payload: string): Promise<InvokeResult> {
    if (this.#stopped) {
      const stopped = new Error(`function ${this.#function.name}: stopped before it ran`);
      return { payload: errorPayload(stopped), functionError: 'Unhandled' };
    }
    const environment = this.#takeIdle() ?? new ExecutionEnvironment(this.#function, this.#onLog);
    this.#busy.add(environment);
    this.#counts.running++;
    await environment.loaded();
    const start = performance.now();
    const result = await environment.invoke(payload);
    this.#counts.totalMs += performance.now() - start;
    this.#counts.running--;
    this.#counts.invocations++;
    if (result.functionError) this.#counts.errors++;
    this.#busy.delete(environment);
    if (environment.alive) this.#idle.push(environment);
    return result;
  }

  #takeIdle(): ExecutionEnvironment | undefined {
    let environment = this.#idle.pop();
    // A handler may leave code running that ends the environment after the answer.
    while (environment && !environment.alive) environment = this.#idle.pop();
    return environment;
  }
}
