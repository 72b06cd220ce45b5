import { randomUUID } from 'node:crypto';
import { InvalidInputError } from '../../lib/errors.ts';
import type { Restocked } from '../../lib/shipping/restock.ts';
import { readRestockInput } from '../../lib/shipping/restock-input.ts';
import { invokeFunction } from '../aws/invoke-function.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/**
 * Has the function `restock` add to the stock.
 *
 * @param input as `readRestockInput` has it. One without a `restock_id` is given one here, and not by the function: a request
 * whose answer is lost is sent again, and has to be the same restock
 * @throws InvalidInputError where shipping is off or the input breaks a rule; ServiceError
 */
export async function requestRestock(pipeline: Pipeline, input: unknown): Promise<Restocked> {
  const { clients, prefix, shippingDatabase, stage } = pipeline;
  if (!shippingDatabase) throw new InvalidInputError(`restock: shipping is off in stage ${stage}`);
  return invokeFunction(clients.lambda, `${prefix}restock`, readRestockInput(input, randomUUID()));
}
