const counts = new Intl.NumberFormat('en');

/** `12,345` */
export const formatCount = (count: number): string => counts.format(count);

const amounts = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `1,234.50`: amounts are in the shop's one currency. */
export const formatMoney = (amount: number): string => amounts.format(amount);

const small = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const great = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Per second: `1,234/s`, `0.4/s`, `–` where nobody can tell. */
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
 * `340 ms`, `12 s`, `3 min 20 s`, `2 d 4 h`: the two greatest units.
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

/** A moment in the reader's own time zone, as short as it can be told today: `08:12:01`, `27 Nov, 08:12:01`. */
export function formatTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  if (time.toDateString() === now.toDateString()) return clock.format(time);
  return (time.getFullYear() === now.getFullYear() ? sameYear : full).format(time);
}
