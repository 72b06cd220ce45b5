import { InvalidInputError } from '../invalid-input-error.ts';
import type { ProducerInput } from './producer-input.ts';

/**
 * Time a run over HTTP may take, in ms: an HTTP API answers 503 after 30 s
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html); 5 s are left for a cold start
 * and the requests under way.
 */
export const HTTP_BUDGET_MS = 25_000;

/** What a run is cut to, in ms at its own rate; the rest of its time is for requests that take longer than others. */
const CAP_MS = 20_000;

/** Orders a second that a run without a rate is trusted with: well below what 16 requests at once of ten orders do. */
const TRUSTED_RATE = 1_000;

/**
 * Cuts a run to what fits the API's time limit.
 *
 * @returns the input, and, where it was cut, a sentence that says so
 * @throws InvalidInputError for a rate at which not even one order fits
 */
export function capForHttp(input: ProducerInput): { input: ProducerInput; capped?: string } {
  const { ratePerSecond = TRUSTED_RATE } = input;
  const limit = Math.floor((ratePerSecond * CAP_MS) / 1_000);
  if (limit < 1) {
    throw new InvalidInputError(
      `ratePerSecond: must be at least ${1_000 / CAP_MS} over HTTP, received ${ratePerSecond}`,
    );
  }
  if (input.count <= limit) return { input };
  const capped = `count ${input.count} was cut to ${limit}, which fits the time limit of an HTTP request; invoke the function directly for more`;
  return { input: { ...input, count: limit }, capped };
}
