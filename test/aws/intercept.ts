import { onTestFinished } from 'vitest';

type Pass<Input, Output> = (input: Input) => Promise<Output>;

/** The part of the SDK's command classes from which TypeScript infers input and output. */
export type CommandClass<Input, Output> = new (
  input: Input,
) => { resolveMiddleware(...args: never[]): (args: never) => Promise<{ output: Output }> };

interface Sender {
  send(command: object, ...rest: unknown[]): Promise<unknown>;
}

/**
 * Intercepts the commands of one kind that a client sends, until the end of the test.
 *
 * @param client An SDK client, or the prototype of its class for all clients, such as those inside a function.
 * @param handle Returns the response in the service's place, or passes the input on, unchanged or changed.
 * @returns The inputs of the commands so far.
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

/** Builds an error like the SDK's. */
export const sdkError = (name: string, message = 'injected'): Error =>
  Object.assign(new Error(message), { name });
