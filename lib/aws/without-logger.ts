/**
 * Takes out of a client the middleware that hands inputs and outputs to a logger: it copies them, field by field, to hide what is
 * sensitive, also where there is no logger. That was 6 % of the processor time of confirming.
 */
export function withoutLogger<Client extends { middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
