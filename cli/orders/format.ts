/** Formats a number without decimals, with thousands separators. */
export const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });

/** Formats a number with its noun: `1 row`, `26 rows`. */
export const counted = (value: number, noun: string): string =>
  `${whole(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Formats a rate. Rates below 10 have one decimal, so that a slow queue does not look stalled. */
export const perSecond = (value: number | null): string => {
  if (value === null) return '–';
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
};

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** Formats a duration in its two largest units, such as `2 h 5 min`. */
export function duration(seconds: number): string {
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.length > 0 ? parts.slice(0, 2).join(' ') : '0 s';
}
