import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { MAX_TIMESTAMP, toMilliseconds } from '../order/timestamp.ts';
import { joinFaults, received } from '../text.ts';

/** Of each: length in ms, and how many a moving average looks back on, itself included. */
export const PERIODS = {
  hour: { lengthMs: 3_600_000, averaged: 24 },
  day: { lengthMs: 86_400_000, averaged: 7 },
} as const satisfies Record<Period, { lengthMs: number; averaged: number }>;

/**
 * The periods that a range touches: the first and the last may lie in it only in part.
 *
 * @param from epoch milliseconds, inclusive
 * @param to epoch milliseconds, exclusive, after `from`
 * @returns the first one's start in epoch milliseconds, and how many there are
 */
export function periodsIn(period: Period, from: number, to: number): { first: number; count: number } {
  const { lengthMs } = PERIODS[period];
  const first = Math.floor(from / lengthMs);
  return { first: first * lengthMs, count: Math.ceil(to / lengthMs) - first };
}

const DAY_MS = PERIODS.day.lengthMs;
/** Rows of a time series, so that an answer stays small: 41 days of hours, 2.7 years of days. */
const MOST_PERIODS = 1_000;

const moment = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text: string) => toMilliseconds(text)),
  ),
  z.number().check(z.minimum(0), z.maximum(MAX_TIMESTAMP)),
);
const digits = z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number));

const schema = z.object({
  /** Inclusive; a date is its midnight in UTC. 30 days before `to` where it is left out, for `by: "hour"` 24 hours. */
  from: z.optional(moment),
  /** Exclusive; now where it is left out. */
  to: z.optional(moment),
  by: z._default(z.enum(['product', 'hour', 'day', 'customer']), 'product'),
  format: z._default(z.enum(['json', 'csv']), 'json'),
  /** Most rows of a ranking: 100 where it is left out. Query strings have it as text. */
  limit: z.optional(z.pipe(z.union([z.number(), digits]), z.int().check(z.minimum(1), z.maximum(1_000)))),
});

type ReportFields = z.output<typeof schema>;

/** What sales are grouped by. */
export type SalesReportBy = ReportFields['by'];

/** What a sales report is asked for. `from` (inclusive) and `to` (exclusive) are epoch milliseconds. */
export type ReportInput = { [Name in keyof ReportFields]-?: NonNullable<ReportFields[Name]> };

const MOMENT_RULE =
  'must be an ISO 8601 date or date-time from 1970 to 9999, such as 2026-11-22 or 2026-11-22T10:00:00Z';

const RULES: Record<keyof ReportInput, string> = {
  from: MOMENT_RULE,
  to: MOMENT_RULE,
  by: 'must be product, hour, day or customer',
  format: 'must be json or csv',
  limit: 'must be a whole number from 1 to 1,000',
};

/**
 * Reads what a sales report is asked for: an object with the fields of `ReportInput`, all of them optional; `from` and
 * `to` are ISO 8601 texts.
 *
 * @param now epoch milliseconds
 * @throws InvalidInputError that names each field at fault, its rule and the value received
 */
export function readReportInput(input: unknown, now: number): ReportInput {
  const fields = input ?? {};
  if (typeof fields !== 'object' || Array.isArray(fields)) {
    throw new InvalidInputError(`input: must be an object such as {"by":"day"}, received ${received(input)}`);
  }
  const result = schema.safeParse(fields);
  const faults = [
    ...Object.keys(fields)
      .filter((name) => !Object.hasOwn(RULES, name))
      .map((name) => `${received(name)}: is not known, must be one of ${Object.keys(RULES).join(', ')}`),
    ...(result.error?.issues ?? []).map(({ path }) => {
      const name = path[0] as keyof ReportInput;
      return `${name}: ${RULES[name]}, received ${received((fields as Record<string, unknown>)[name])}`;
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
  checkRange(by, from, to, limit);
  return { from, to, by, format, limit: limit ?? 100 };
}

function checkRange(by: SalesReportBy, from: number, to: number, limit: number | undefined): void {
  const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
  if (from >= to) throw new InvalidInputError(`from: must be before to, which is ${end}, received ${start}`);
  if (by !== 'hour' && by !== 'day') return;
  if (limit !== undefined) {
    throw new InvalidInputError(`limit: is for by=product and by=customer, received ${limit} with by=${by}`);
  }
  const { count } = periodsIn(by, from, to);
  if (count > MOST_PERIODS) {
    const rule = `from, to: must be at most ${MOST_PERIODS.toLocaleString('en')} periods apart with by=${by}`;
    throw new InvalidInputError(`${rule}, received ${count.toLocaleString('en')} from ${start} to ${end}`);
  }
}

/** How time series are cut, aligned to UTC. */
export type Period = 'hour' | 'day';
