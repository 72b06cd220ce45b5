import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { joinFaults, nameOf, received } from '../text.ts';

/** The most that may be asked for: orders, orders a second, and the greatest seed. */
export const PRODUCER_LIMITS = { count: 1_000_000, ratePerSecond: 1_000_000, seed: 2 ** 32 - 1 } as const;

/** What a run of the producer may be told. */
export const PRODUCER_FIELDS = {
  count: z.int().check(z.minimum(1), z.maximum(PRODUCER_LIMITS.count)),
  ratePerSecond: z.number().check(z.positive(), z.maximum(PRODUCER_LIMITS.ratePerSecond)),
  seed: z.int().check(z.minimum(0), z.maximum(PRODUCER_LIMITS.seed)),
};

const schema = z.strictObject({
  /** Orders to generate. */
  count: PRODUCER_FIELDS.count,
  /** Where they go: messages of the order queue, or order files in the upload bucket. */
  via: z._default(z.enum(['queue', 's3']), 'queue'),
  /** Orders a second; as fast as it goes where it is left out. */
  ratePerSecond: z.optional(PRODUCER_FIELDS.ratePerSecond),
  /** The same seed generates the same orders; a random one where it is left out. */
  seed: z.optional(PRODUCER_FIELDS.seed),
  /** Orders per file, for `via: "s3"`. A file is put in one request: 50,000 orders are about 11 MB. */
  ordersPerFile: z._default(z.int().check(z.minimum(1), z.maximum(50_000)), 1_000),
});

/** What the producer is asked to do. */
export type ProducerInput = z.output<typeof schema>;

const RULES: Record<keyof ProducerInput, string> = {
  count: 'must be a whole number from 1 to 1,000,000',
  via: 'must be "queue" or "s3"',
  ratePerSecond: 'must be a number above 0, at most 1,000,000',
  seed: 'must be a whole number from 0 to 4,294,967,295',
  ordersPerFile: 'must be a whole number from 1 to 50,000',
};

/**
 * Reads the producer's input: an object with the fields of `ProducerInput`, all of them optional.
 *
 * @param defaultCount orders for an input that names no `count`
 * @throws InvalidInputError that names each field at fault, its rule and the value received
 */
export function readProducerInput(input: unknown, defaultCount: number): ProducerInput {
  const fields: unknown = input ?? {};
  if (!isObject(fields)) {
    throw new InvalidInputError(
      `input: must be an object such as {"count":100}, received ${received(input)}`,
    );
  }
  const result = schema.safeParse({ count: defaultCount, ...fields });
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(
          (key) => `${nameOf(key)}: is not known, must be one of ${Object.keys(RULES).join(', ')}`,
        )
      : issue.path.map(
          (field) =>
            `${String(field)}: ${RULES[field as keyof ProducerInput]}, received ${received(fields[String(field)])}`,
        ),
  );
  throw new InvalidInputError(joinFaults(faults));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
