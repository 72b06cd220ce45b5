import { vi } from 'vitest';

/** Keeps what functions write to their log off the screen, until `vi.restoreAllMocks`. */
export function captureLog() {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
  }
  const text = (): string => written.join('');
  const read = (): Record<string, unknown>[] =>
    text()
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const entries = () => read().filter((line) => !('_aws' in line));
  return {
    text,
    /** The log lines, without those of metrics. */
    entries,
    /** The log lines with this message. */
    lines: (message: string) => entries().filter((line) => line.message === message),
    /** The metric lines. */
    metrics: () => read().filter((line) => '_aws' in line),
  };
}
