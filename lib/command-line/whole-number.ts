import { UsageError } from './usage-error.ts';

/**
 * Reads the value of an option that takes a whole number.
 *
 * @throws UsageError that names the option, its rule and the value received
 */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(
    `${option}: must be a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}, received ${text || 'nothing'}`,
  );
}
