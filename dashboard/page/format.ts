const counts = new Intl.NumberFormat('en');

/** Formats a count: `12,345`. */
export const formatCount = (count: number): string => counts.format(count);

const amounts = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Formats an amount in the shop's one currency: `1,234.50`. */
export const formatMoney = (amount: number): string => amounts.format(amount);

const small = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const great = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Formats a rate per second: `1,234/s`, `0.4/s`, `–` if it is unknown. */
export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return '–';
  return `${(perSecond < 10 ? small : great).format(perSecond)}/s`;
}

/** Each with its length in seconds, and the next smaller one. */
const UNITS = [
  { unit: 'd', length: 86_400, rest: 'h', restLength: 3_600 },
  { unit: 'h', length: 3_600, rest: 'min', restLength: 60 },
  { unit: 'min', length: 60, rest: 's', restLength: 1 },
] as const;

/**
 * Formats a duration in its two greatest units: `340 ms`, `12 s`, `3 min 20 s`, `2 d 4 h`.
 *
 * @param roughly the greatest unit only
 */
export function formatDuration(seconds: number, roughly = false): string {
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  const whole = Math.round(seconds);
  const found = UNITS.find(({ length }) => whole >= length);
  if (!found) return `${whole} s`;
  const { unit, length, rest, restLength } = found;
  if (roughly) return `${Math.round(whole / length)} ${unit}`;
  const left = Math.floor((whole % length) / restLength);
  return `${Math.floor(whole / length)} ${unit}${left > 0 ? ` ${left} ${rest}` : ''}`;
}

const DATE = { day: 'numeric', month: 'short' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

const clock = new Intl.DateTimeFormat('en-GB', TIME);
const sameYear = new Intl.DateTimeFormat('en-GB', { ...DATE, ...TIME });
const full = new Intl.DateTimeFormat('en-GB', { ...DATE, year: 'numeric', ...TIME });

/** Formats a time in the reader's own time zone, without the date or year if it is today's: `08:12:01`, `27 Nov, 08:12:01`. */
export function formatTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  if (time.toDateString() === now.toDateString()) return clock.format(time);
  return (time.getFullYear() === now.getFullYear() ? sameYear : full).format(time);
}
