import { type CommandClass, intercept } from './intercept.ts';

/**
 * Counts the requests of one kind that a client has in flight, until the end of the test.
 *
 * @returns `most` is the highest number so far.
 */
export function countInFlight<Input extends object, Output>(
  client: object,
  Command: CommandClass<Input, Output>,
): { readonly most: number } {
  const count = { most: 0 };
  let inFlight = 0;
  intercept(client, Command, async (input, pass) => {
    count.most = Math.max(count.most, ++inFlight);
    return pass(input).finally(() => inFlight--);
  });
  return count;
}
