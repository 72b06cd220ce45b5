import type { FastifyRequest } from 'fastify';
import { readQuery } from '../../lib/http/request.ts';

/**
 * A request's query parameters, each of which may be given once.
 *
 * @throws InvalidInputError
 */
export function queryOf({ url }: FastifyRequest): Record<string, string> {
  const start = url.indexOf('?');
  return readQuery({ rawQueryString: start < 0 ? '' : url.slice(start + 1) });
}
