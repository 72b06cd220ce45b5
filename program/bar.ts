import { styleText } from 'node:util';

/** Columns on the screen. */
const WIDTH = 30;

/** Draws a progress bar. It is full when `value` is `total` or more. */
export function bar(value: number, total: number): string {
  const filled = Math.round(Math.max(0, Math.min(1, value / Math.max(1, total))) * WIDTH);
  return styleText('green', '█'.repeat(filled)) + styleText('dim', '░'.repeat(WIDTH - filled));
}
