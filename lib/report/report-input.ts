import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { MAX_TIMESTAMP, toMilliseconds } from '../order/timestamp.ts';
import { joinFaults, received, unknownName } from '../text.ts';

/** Length of each period in ms, and the number of periods in a moving average, including the current one. */
export const PERIODS = {
  hour: { lengthMs: 3_600_000, averaged: 24 },
  day: { lengthMs: 86_400_000, averaged: 7 },
} as const satisfies Record<Period, { lengthMs: number; averaged: number }>;

/**
 * Returns the periods that overlap a range. The first and last may lie only partly within it.
 *
 * @param from Epoch milliseconds, inclusive.
 * @param to Epoch milliseconds, exclusive, after `from`.
 * @returns The start of the first period in epoch milliseconds, and the number of periods.
 */
export function periodsIn(period: Period, from: number, to: number): { first: number; count: number } {
  const { lengthMs } = PERIODS[period];
  const first = Math.floor(from / lengthMs);
  return { first: first * lengthMs, count: Math.ceil(to / lengthMs) - first };
}

const DAY_MS = PERIODS.day.lengthMs;
/** Maximum number of rows in a time series, which limits the response: 41 days by hour, 2.7 years by day. */
const MAX_PERIODS = 1_000;

const dateTime = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text: string) => toMilliseconds(text)),
  ),
  z.number().check(z.minimum(0), z.maximum(MAX_TIMESTAMP)),
);
const digits = z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number));

const schema = z.object({
  /** Inclusive; a date means midnight UTC. Default: 30 days before `to`; 24 hours with `by: "hour"`. */
  from: z.optional(dateTime),
  /** Exclusive. Default: now. */
  to: z.optional(dateTime),
  by: z._default(z.enum(['product', 'hour', 'day', 'customer']), 'product'),
  format: z._default(z.enum(['json', 'csv']), 'json'),
  /** Maximum rows of a ranking. Default: 100. A string in query strings. */
  limit: z.optional(z.pipe(z.union([z.number(), digits]), z.int().check(z.minimum(1), z.maximum(1_000)))),
});

type ReportFields = z.output<typeof schema>;

/** The grouping of a sales report. */
export type SalesReportBy = ReportFields['by'];

/** The validated input of a sales report. `from` (inclusive) and `to` (exclusive) are epoch milliseconds. */
export type ReportInput = { [Name in keyof ReportFields]-?: NonNullable<ReportFields[Name]> };

const DATE_TIME_RULE =
  'must be an ISO 8601 date or date-time from 1970 to 9999, such as 2026-11-22 or 2026-11-22T10:00:00Z';

const RULES: Record<keyof ReportInput, string> = {
  from: DATE_TIME_RULE,
  to: DATE_TIME_RULE,
  by: 'must be product, hour, day or customer',
  format: 'must be json or csv',
  limit: 'must be a whole number from 1 to 1,000',
};

/**
 * Reads the input of a sales report: an object with the fields of `ReportInput`, all optional. `from` and `to` are ISO 8601
 * strings.
 *
 * @param now Epoch milliseconds.
 * @param nameOf Name of a field in error messages. Default: the field.
 * @throws InvalidInputError that names each invalid field, its rule and the received value
 */
export function readReportInput(
  input: unknown,
  now: number,
  nameOf: FieldNaming = (field) => field,
): ReportInput {
  const fields = input ?? {};
  if (typeof fields !== 'object' || Array.isArray(fields)) {
    throw new InvalidInputError(`input: must be an object such as {"by":"day"}, received ${received(input)}`);
  }
  const result = schema.safeParse(fields);
  const faults = [
    ...Object.keys(fields)
      .filter((name) => !Object.hasOwn(RULES, name))
      .map((name) => `${received(name)}: ${unknownName(Object.keys(RULES))}`),
    ...(result.error?.issues ?? []).map(({ path }) => {
      const name = path[0] as keyof ReportInput;
      return `${nameOf(name)}: ${RULES[name]}, received ${received((fields as Record<string, unknown>)[name])}`;
    }),
  ];
  if (!result.success || faults.length > 0) throw new InvalidInputError(joinFaults(faults));
  const {
    by,
    format,
    limit,
    to = now,
    from = Math.max(0, to - (by === 'hour' ? 1 : 30) * DAY_MS),
  } = result.data;
  checkRange({ by, from, to, limit }, nameOf);
  return { from, to, by, format, limit: limit ?? 100 };
}

type FieldNaming = (field: keyof ReportInput) => string;

function checkRange(
  { by, from, to, limit }: Omit<ReportInput, 'format' | 'limit'> & { limit: number | undefined },
  nameOf: FieldNaming,
): void {
  const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
  if (from >= to) {
    throw new InvalidInputError(
      `${nameOf('from')}: must be before ${nameOf('to')}, which is ${end}, received ${start}`,
    );
  }
  if (by !== 'hour' && by !== 'day') return;
  if (limit !== undefined) {
    throw new InvalidInputError(
      `${nameOf('limit')}: applies only to ${nameOf('by')}=product and ${nameOf('by')}=customer, received ${limit} with ${nameOf('by')}=${by}`,
    );
  }
  const { count } = periodsIn(by, from, to);
  if (count > MAX_PERIODS) {
    const rule = `${nameOf('from')}, ${nameOf('to')}: must be at most ${MAX_PERIODS.toLocaleString('en')} periods apart with ${nameOf('by')}=${by}`;
    throw new InvalidInputError(`${rule}, received ${count.toLocaleString('en')} from ${start} to ${end}`);
  }
}

/** A period of a time series, aligned to UTC. */
export type Period = 'hour' | 'day';
