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
