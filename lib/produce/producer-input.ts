import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { joinFaults, nameOf, received, unknownName } from '../text.ts';

/** Upper limits of the input: orders, orders per second, seed. */
export const PRODUCER_LIMITS = { count: 1_000_000, ratePerSecond: 1_000_000, seed: 2 ** 32 - 1 } as const;

/** Input fields that the live page has as well. */
export const PRODUCER_FIELDS = {
  count: z.int().check(z.minimum(1), z.maximum(PRODUCER_LIMITS.count)),
  ratePerSecond: z.number().check(z.positive(), z.maximum(PRODUCER_LIMITS.ratePerSecond)),
  seed: z.int().check(z.minimum(0), z.maximum(PRODUCER_LIMITS.seed)),
};

const schema = z.strictObject({
  /** Number of orders to generate. */
  count: PRODUCER_FIELDS.count,
  /** Destination: messages in the order queue, or order files in the upload bucket. */
  via: z._default(z.enum(['queue', 's3']), 'queue'),
  /** Orders per second. Default: unlimited. */
  ratePerSecond: z.optional(PRODUCER_FIELDS.ratePerSecond),
  /** The same seed generates the same orders. Default: random. */
  seed: z.optional(PRODUCER_FIELDS.seed),
  /** Orders per file, for `via: "s3"`. Each file is uploaded in one request: 50,000 orders are about 11 MB. */
  ordersPerFile: z._default(z.int().check(z.minimum(1), z.maximum(50_000)), 1_000),
});

/** The producer's validated input. */
export type ProducerInput = z.output<typeof schema>;

const RULES: Record<keyof ProducerInput, string> = {
  count: 'must be a whole number from 1 to 1,000,000',
  via: 'must be "queue" or "s3"',
  ratePerSecond: 'must be a number above 0, at most 1,000,000',
  seed: 'must be a whole number from 0 to 4,294,967,295',
  ordersPerFile: 'must be a whole number from 1 to 50,000',
};

/**
 * Reads the producer's input: an object with the fields of `ProducerInput`, all optional.
 *
 * @param defaultCount Number of orders if the input has no `count`.
 * @throws InvalidInputError that names each invalid field, its rule and the received value
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
      ? issue.keys.map((key) => `${nameOf(key)}: ${unknownName(Object.keys(RULES))}`)
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
 * Maximum duration of a run over HTTP, in ms. An HTTP API answers 503 after 30 s
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html); 5 s are reserved for a cold start and
 * the requests in flight.
 */
export const HTTP_BUDGET_MS = 25_000;

/** Planned duration of a reduced run, in ms. The rest of `HTTP_BUDGET_MS` is reserved for slow requests. */
const CAP_MS = 20_000;

/** Orders per second that a run without a rate is assumed to reach: well below the real rate of 16 concurrent requests. */
const ASSUMED_RATE = 1_000;

/**
 * Reduces the number of orders to what fits the API's time limit.
 *
 * @returns The input, and a sentence for the caller if `count` was reduced.
 * @throws InvalidInputError if not even one order fits at the requested rate
 */
export function capForHttp(input: ProducerInput): { input: ProducerInput; capped?: string } {
  const { ratePerSecond = ASSUMED_RATE } = input;
  const limit = Math.floor((ratePerSecond * CAP_MS) / 1_000);
  if (limit < 1) {
    throw new InvalidInputError(
      `ratePerSecond: must be at least ${1_000 / CAP_MS} over HTTP, received ${ratePerSecond}`,
    );
  }
  if (input.count <= limit) return { input };
  const capped = `count was reduced from ${input.count} to ${limit} to fit the time limit of an HTTP request; invoke the function directly to send more`;
  return { input: { ...input, count: limit }, capped };
}
