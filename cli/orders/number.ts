/** Numbers as people read them: with thousands separators. */
export const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });

/** So many of something: `1 row`, `26 rows`. */
export const counted = (value: number, noun: string): string =>
  `${whole(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A rate: with one digit after the point where it is small, so that a slow queue is not taken for one that stands. */
export const perSecond = (value: number | null): string => {
  if (value === null) return '–';
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
};
