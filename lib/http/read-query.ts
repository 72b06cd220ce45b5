import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { InvalidInputError } from '../invalid-input-error.ts';
import { joinFaults } from '../join-faults.ts';
import { received } from '../order/received.ts';

/**
 * Reads a request's query parameters, each of which may be given once. (API Gateway's `queryStringParameters` joins what
 * is repeated with commas, which looks like one value.)
 *
 * @throws InvalidInputError that names each parameter that is repeated
 */
export function readQuery({
  rawQueryString,
}: Pick<APIGatewayProxyEventV2, 'rawQueryString'>): Record<string, string> {
  const query = new URLSearchParams(rawQueryString);
  const repeated = [...new Set(query.keys())].filter((name) => query.getAll(name).length > 1);
  if (repeated.length > 0) {
    const faults = repeated.map((name) => {
      const values = query.getAll(name).map(received);
      return `${received(name)}: must be given once, received ${values.length} values: ${values.slice(0, 3).join(', ')}`;
    });
    throw new InvalidInputError(joinFaults(faults));
  }
  return Object.fromEntries(query);
}
