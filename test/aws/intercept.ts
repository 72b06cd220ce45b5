import { onTestFinished } from 'vitest';

type Pass<Input, Output> = (input: Input) => Promise<Output>;

/** What the SDK's commands have in common, as far as their types tell input and output. */
type CommandClass<Input, Output> = new (
  input: Input,
) => { resolveMiddleware(...args: never[]): (args: never) => Promise<{ output: Output }> };

interface Sender {
  send(command: object, ...rest: unknown[]): Promise<unknown>;
}

/**
 * Stands between a client and its commands of one kind until the test is over.
 *
 * @param client an SDK client; the prototype of its class for every client, such as those inside a function
 * @param handle answers in the service's place, or passes the input on, as it is or changed
 * @returns the inputs seen so far
 */
export function intercept<Input extends object, Output>(
  client: object,
  Command: CommandClass<Input, Output>,
  handle: (input: Input, pass: Pass<Input, Output>) => Promise<Output> = (input, pass) => pass(input),
): Input[] {
  const sender = client as Sender;
  const { send } = sender;
  const inputs: Input[] = [];
  sender.send = function (command, ...rest) {
    if (!(command instanceof Command)) return send.call(this, command, ...rest);
    const { input } = command as unknown as { input: Input };
    inputs.push(input);
    return handle(input, (passed) => send.call(this, new Command(passed), ...rest) as Promise<Output>);
  };
  onTestFinished(() => {
    sender.send = send;
  });
  return inputs;
}

/** An error as the SDK throws it. */
export const sdkError = (name: string, message = 'injected'): Error =>
  Object.assign(new Error(message), { name });
