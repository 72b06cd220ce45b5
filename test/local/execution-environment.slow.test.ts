import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ExecutionEnvironment, type LambdaFunction } from '../../local/lambda/execution-environment.ts';
import { guardThreads } from './guard-threads.ts';
import { writeFunction } from './write-function.ts';

guardThreads();

async function start(source: string, properties: Partial<LambdaFunction> = {}) {
  const lines: string[] = [];
  const lambdaFunction = await writeFunction(source, properties);
  const environment = new ExecutionEnvironment(lambdaFunction, (line) => lines.push(line));
  onTestFinished(() => environment.stop());
  return { environment, lines };
}

/** Invokes the function and parses its payload. */
async function invoke(environment: ExecutionEnvironment, event: unknown = {}) {
  const { payload, functionError } = await environment.invoke(JSON.stringify(event));
  return { functionError, payload: JSON.parse(payload) };
}

const failed = (errorType: unknown, errorMessage: unknown, trace: unknown = expect.any(Array)) => ({
  functionError: 'Unhandled',
  payload: { errorType, errorMessage, trace },
});

describe('an invocation', () => {
  test("returns the handler's result, synchronous or asynchronous, and null for undefined", async () => {
    const { environment } = await start(
      'export const handler = (event) => event.later ? Promise.resolve({ hello: event.later }) : event.now;',
    );
    expect(await invoke(environment, { later: 'Ägypten 🫖' })).toEqual({ payload: { hello: 'Ägypten 🫖' } });
    expect(await invoke(environment, { now: [1] })).toEqual({ payload: [1] });
    expect(await invoke(environment, {})).toEqual({ payload: null });
  });

  test('receives the context of a Lambda function', async () => {
    const { environment } = await start(
      `export const handler = (_event, { getRemainingTimeInMillis, ...context }) =>
        ({ ...context, remaining: getRemainingTimeInMillis() });`,
      { timeout: 30, memorySize: 256 },
    );
    const { payload: first } = await invoke(environment);
    expect(first).toMatchObject({
      functionName: 'greet',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:greet',
      memoryLimitInMB: '256',
      awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    expect(first.remaining).toBeGreaterThan(10_000);
    expect(first.remaining).toBeLessThanOrEqual(30_000);
    const { payload: second } = await invoke(environment);
    expect(second.awsRequestId).not.toBe(first.awsRequestId);
  });

  test('that throws returns type, message and trace, and its environment can be used again', async () => {
    const { environment } = await start(
      `export const handler = (event) => {
        if (event.fail) throw new RangeError('out of tea');
        return 'well';
      };`,
    );
    const trace = expect.arrayContaining([
      'RangeError: out of tea',
      expect.stringContaining('function.mjs:2:'),
    ]);
    expect(await invoke(environment, { fail: true })).toEqual(failed('RangeError', 'out of tea', trace));
    expect(await invoke(environment)).toEqual({ payload: 'well' });
  });

  test('fails if it throws a value that is not an error, or returns a value that is not JSON', async () => {
    const { environment } = await start(
      'export const handler = async (event) => { if (event.thrown) throw event.thrown; return 1n; };',
    );
    expect(await invoke(environment, { thrown: 'out of tea' })).toEqual(failed('Error', 'out of tea'));
    expect(await invoke(environment)).toEqual(failed('TypeError', expect.stringContaining('BigInt')));
  });

  test('sees the module state of the previous invocation', async () => {
    const { environment } = await start('let calls = 0; export const handler = () => ++calls;');
    expect([await invoke(environment), await invoke(environment)]).toEqual([{ payload: 1 }, { payload: 2 }]);
  });

  test('logs each line that it prints', async () => {
    const { environment, lines } = await start(
      "export const handler = () => { console.log('one'); console.error('two'); };",
    );
    await invoke(environment);
    await vi.waitFor(() => expect(lines.toSorted()).toEqual(['one', 'two']), 20_000);
  });
});

describe('an environment ends and its invocation fails if', () => {
  test.for([
    [
      'the handler exceeds its timeout in an endless loop',
      'while (true);',
      'Sandbox.Timedout',
      'Task timed out after 1.00 seconds',
    ],
    [
      'the handler exceeds its timeout while it waits',
      'return new Promise((resolve) => setTimeout(resolve, 60_000));',
      'Sandbox.Timedout',
      'Task timed out after 1.00 seconds',
    ],
  ] as const)('%s', async ([, body, errorType, errorMessage]) => {
    const { environment } = await start(`export const handler = () => { ${body} };`, { timeout: 1 });
    expect(await invoke(environment)).toEqual(failed(errorType, errorMessage));
    expect(environment.alive).toBe(false);
  });

  test.for([
    ['the handler exits', 'process.exit(3);', 'Runtime.ExitError', 'Runtime exited with code 3'],
    [
      'an error is thrown outside the handler',
      "setTimeout(() => { throw new RangeError('late'); }); return new Promise(() => {});",
      'RangeError',
      'late',
    ],
    [
      'a rejection has no handler',
      "Promise.reject(new RangeError('loose')); return new Promise((resolve) => setTimeout(resolve, 60_000));",
      'RangeError',
      'loose',
    ],
    [
      'null is thrown outside the handler',
      'setTimeout(() => { throw null; }); return new Promise(() => {});',
      'Error',
      'null',
    ],
    [
      'the handler exceeds its memory',
      "const held = []; while (true) held.push(new Array(10_000).fill('tea'));",
      'Error',
      expect.stringContaining('memory limit'),
    ],
  ] as const)('%s', async ([, body, errorType, errorMessage]) => {
    const { environment } = await start(`export const handler = () => { ${body} };`, { memorySize: 32 });
    expect(await invoke(environment)).toEqual(failed(errorType, errorMessage));
    expect(environment.alive).toBe(false);
    expect(await invoke(environment), 'later invocations fail with the same error').toEqual(
      failed(errorType, errorMessage),
    );
  });

  test.for([
    [
      'the module throws',
      "throw new RangeError('no tea'); export const handler = 1;",
      'RangeError',
      'no tea',
    ],
    ['the module is not JavaScript', 'export const = 1;', 'SyntaxError', expect.any(String)],
    [
      'the module exits',
      'process.exit(4); export const handler = 1;',
      'Runtime.ExitError',
      'Runtime exited with code 4',
    ],
    [
      'the handler is not exported',
      'export const händler = 1;',
      'Error',
      expect.stringMatching(/^handler: .*function\.mjs does not export a function named handler$/),
    ],
  ] as const)('%s', async ([, source, errorType, errorMessage]) => {
    const { environment } = await start(source);
    expect(await invoke(environment)).toEqual(failed(errorType, errorMessage));
    expect(environment.alive).toBe(false);
  });

  test('the module does not load within ten seconds plus the timeout of the function', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { environment } = await start('await new Promise((resolve) => setTimeout(resolve, 60_000));', {
      timeout: 3,
    });
    const invocation = invoke(environment);
    await vi.advanceTimersByTimeAsync(12_999);
    expect(environment.alive).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(environment.alive).toBe(false);
    expect(await invocation).toEqual(failed('Sandbox.Timedout', 'Init timed out after 13.00 seconds'));
  });

  test('it is stopped while it starts or runs', async () => {
    const source = 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));';
    const { environment: starting } = await start(source);
    const early = invoke(starting);
    await starting.stop();
    expect(await early).toEqual(failed('Runtime.ExitError', expect.stringContaining('Runtime exited')));

    const working = await start(source.replace('() => new', "() => console.log('working') ?? new"));
    const late = invoke(working.environment);
    await vi.waitFor(() => expect(working.lines).toEqual(['working']), 20_000);
    await working.environment.stop();
    expect(await late).toEqual(failed('Runtime.ExitError', 'Runtime exited with code 1'));
  });
});

test("a function sees Lambda's environment variables and its own, and none of the parent process", async () => {
  vi.stubEnv('AWS_PROFILE', 'production');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('ORDER_QUEUE_URL', 'https://sqs.eu-west-1.amazonaws.com/1/orders');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { environment } = await start('export const handler = () => process.env;', {
    environment: { PRODUCT: 'tea' },
  });
  const { payload } = await invoke(environment);
  expect(payload).toMatchObject({
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'greet',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    PRODUCT: 'tea',
  });
  expect(Object.keys(payload)).not.toContain('AWS_PROFILE');
  expect(Object.keys(payload)).not.toContain('ORDER_QUEUE_URL');
  expect(Object.keys(payload)).not.toContain('PATH');
});
