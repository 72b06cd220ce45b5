import { randomUUID } from 'node:crypto';
import { InvalidInputError } from '../../lib/errors.ts';
import type { RestockResult } from '../../lib/shipping/restock.ts';
import { readRestockInput } from '../../lib/shipping/restock-input.ts';
import { invokeFunction } from '../aws/invoke-function.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/**
 * Invokes the function `restock`, which adds to the stock. A missing `restock_id` is generated here rather than by the function,
 * so that a retry after a lost response has the same id and adds the stock once.
 *
 * @param input Input for `readRestockInput`.
 * @throws InvalidInputError if shipping is disabled or the input breaks a rule
 * @throws ServiceError
 */
export async function requestRestock(pipeline: Pipeline, input: unknown): Promise<RestockResult> {
  const { clients, prefix, shippingDatabase, stage } = pipeline;
  if (!shippingDatabase) throw new InvalidInputError(`restock: shipping is disabled in stage ${stage}`);
  return invokeFunction(clients.lambda, `${prefix}restock`, readRestockInput(input, randomUUID()));
}
