import { styleText } from 'node:util';

/** Columns on the screen. */
const WIDTH = 30;

/** How far something is, drawn; full, and no more, where `value` is above `total`. */
export function bar(value: number, total: number): string {
  const filled = Math.round(Math.max(0, Math.min(1, value / Math.max(1, total))) * WIDTH);
  return styleText('green', '█'.repeat(filled)) + styleText('dim', '░'.repeat(WIDTH - filled));
}
