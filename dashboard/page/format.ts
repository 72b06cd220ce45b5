const counts = new Intl.NumberFormat('en');

/** Formats a count: `12,345`. */
export const formatCount = (count: number): string => counts.format(count);

const amounts = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Formats an amount of money: `1,234.50`. */
export const formatMoney = (amount: number): string => amounts.format(amount);

const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Formats a rate per second: `1,234/s`, `0.4/s`, or `–` if unknown. */
export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return '–';
  return `${(perSecond < 10 ? oneDecimal : whole).format(perSecond)}/s`;
}

/** Units with their length in seconds and the next smaller unit. */
const UNITS = [
  { unit: 'd', length: 86_400, rest: 'h', restLength: 3_600 },
  { unit: 'h', length: 3_600, rest: 'min', restLength: 60 },
  { unit: 'min', length: 60, rest: 's', restLength: 1 },
] as const;

/**
 * Formats a duration in its two largest units: `340 ms`, `12 s`, `3 min 20 s`, `2 d 4 h`.
 *
 * @param roughly Whether to show the largest unit only.
 */
export function formatDuration(seconds: number, roughly = false): string {
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  const total = Math.round(seconds);
  const found = UNITS.find(({ length }) => total >= length);
  if (!found) return `${total} s`;
  const { unit, length, rest, restLength } = found;
  if (roughly) return `${Math.round(total / length)} ${unit}`;
  const left = Math.floor((total % length) / restLength);
  return `${Math.floor(total / length)} ${unit}${left > 0 ? ` ${left} ${rest}` : ''}`;
}

const DATE = { day: 'numeric', month: 'short' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

const clock = new Intl.DateTimeFormat('en-GB', TIME);
const sameYear = new Intl.DateTimeFormat('en-GB', { ...DATE, ...TIME });
const full = new Intl.DateTimeFormat('en-GB', { ...DATE, year: 'numeric', ...TIME });

/** Formats a time in the local time zone: `08:12:01` today, `27 Nov, 08:12:01` this year, else with the year. */
export function formatTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  if (time.toDateString() === now.toDateString()) return clock.format(time);
  return (time.getFullYear() === now.getFullYear() ? sameYear : full).format(time);
}
