/** 9999-12-31T23:59:59.999Z, the last millisecond with a four-digit year in ISO 8601. */
export const MAX_TIMESTAMP = 253_402_300_799_999;

/** Smaller numbers are epoch seconds (up to the year 5138), all others epoch milliseconds (from March 1973). */
const FIRST_MILLISECONDS = 1e11;

const ISO_8601 =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?(?:Z|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)?)?$/i;

/**
 * Converts an order's timestamp to integer epoch milliseconds. Does not check the range of the result.
 *
 * @param timestamp Epoch seconds or milliseconds, fractions allowed, or an ISO 8601 date (`2026-11-22`) or date-time
 *   (`2026-11-22T10:00:00.123+01:00`). A space may replace the `T`; decimals are unlimited; the default offset is UTC.
 * @returns `undefined` for text that is not such a date, or for a day that does not exist, such as 30 February.
 */
export function toMilliseconds(timestamp: number | string): number | undefined {
  if (typeof timestamp === 'number') {
    return Math.round(timestamp < FIRST_MILLISECONDS ? timestamp * 1000 : timestamp);
  }
  const match = ISO_8601.exec(timestamp.trim());
  if (!match) return undefined;
  const [, date = '', hours = 0, minutes = 0, seconds = '0', sign, offsetHours = 0, offsetMinutes = 0] =
    match;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // Date.parse accepts 30 February as 2 March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const sinceMidnight = (Number(hours) * 60 + Number(minutes) - offset) * 60_000;
  return midnight + sinceMidnight + Math.round(Number(seconds.replace(',', '.')) * 1000);
}
