import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { arn, REGION } from '../stack/account.ts';
import type { FunctionCode } from './bundle-functions.ts';
import type { EnvironmentData, EnvironmentMessage, InvokeMessage } from './environment-worker.ts';
import { errorPayload } from './error-payload.ts';

export interface LambdaFunction {
  name: string;
  code: FunctionCode;
  /** Seconds that an invocation may take. */
  timeout: number;
  /** MB of heap. */
  memorySize: number;
  environment: Readonly<Record<string, string>>;
}

export interface InvokeResult {
  /** JSON of the answer, or of the error if the function failed. */
  payload: string;
  /** Set if the function failed, as in the Invoke API. */
  functionError?: 'Unhandled';
}

/**
 * Seconds for the init phase. Lambda repeats a longer one within the first invocation, so the function's timeout is added:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const INIT_TIMEOUT = 10;

/**
 * An execution environment: a thread that loads a function's code and runs one invocation at a time.
 *
 * States: starting → idle ⇄ busy → ended. A timeout or a crash of the thread ends the environment: as on Lambda, it is not used
 * again. Its last invocation is answered once the thread has exited.
 */
export class ExecutionEnvironment {
  readonly #function: LambdaFunction;
  readonly #worker: Worker;
  #settle: ((message: EnvironmentMessage) => void) | undefined;
  #ended: EnvironmentMessage | undefined;
  readonly #loaded: Promise<EnvironmentMessage>;

  /** @param onLog Called with each line that the function writes. */
  constructor(lambdaFunction: LambdaFunction, onLog: (line: string) => void) {
    this.#function = lambdaFunction;
    const { name, code, memorySize } = lambdaFunction;
    const workerData: EnvironmentData = {
      code,
      functionName: name,
      functionArn: arn('lambda', `function:${name}`),
      memorySize,
    };
    this.#worker = new Worker(code.runtime, {
      workerData,
      name,
      env: environmentOf(lambdaFunction),
      stdout: true,
      stderr: true,
      // Enforces the function's memory limit as AWS does.
      resourceLimits: { maxOldGenerationSizeMb: memorySize },
    });
    createInterface({ input: this.#worker.stdout }).on('line', onLog);
    createInterface({ input: this.#worker.stderr }).on('line', onLog);
    this.#worker.on('message', (message: EnvironmentMessage) => this.#settle?.(message));
    this.#worker.on('error', (error: unknown) => this.#end({ type: 'error', payload: errorPayload(error) }));
    this.#worker.on('exit', (code) =>
      this.#end(failure('Runtime.ExitError', `Runtime exited with code ${code}`)),
    );
    this.#loaded = this.#next(INIT_TIMEOUT + lambdaFunction.timeout, 'Init');
  }

  /** Whether the environment can still be used. */
  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Resolves when the code is loaded or has failed to load. */
  async loaded(): Promise<void> {
    await this.#loaded;
  }

  /** @param payload JSON of the event. */
  async invoke(payload: string): Promise<InvokeResult> {
    const loaded = await this.#loaded;
    if (loaded.type === 'error') this.#end(loaded);
    const { timeout } = this.#function;
    const deadline = Date.now() + timeout * 1_000;
    const answer = this.#next(timeout, 'Task');
    const message: InvokeMessage = { requestId: randomUUID(), payload, deadline };
    if (this.alive) this.#worker.postMessage(message);
    const result = toResult(await answer);
    if (!this.alive) await this.stop();
    return result;
  }

  /** Terminates the thread immediately. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Returns the thread's next message, or the error that ended the thread. */
  #next(timeout: number, what: string): Promise<EnvironmentMessage> {
    if (this.#ended) return Promise.resolve(this.#ended);
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.#end(failure('Sandbox.Timedout', `${what} timed out after ${timeout.toFixed(2)} seconds`)),
        timeout * 1_000,
      );
      this.#settle = (message) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(message);
      };
    });
  }

  #end(message: EnvironmentMessage): void {
    this.#ended ??= message;
    this.#settle?.(this.#ended);
  }
}

/** Returns the variables that Lambda sets, and those of the function. The variables of this process must not leak in. */
function environmentOf({ name, memorySize, environment }: LambdaFunction): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    TZ: ':UTC',
    ...environment,
  };
}

function failure(errorType: string, errorMessage: string): EnvironmentMessage {
  return { type: 'error', payload: JSON.stringify({ errorType, errorMessage, trace: [] }) };
}

function toResult({ type, payload }: EnvironmentMessage): InvokeResult {
  return type === 'error' ? { payload, functionError: 'Unhandled' } : { payload };
}
