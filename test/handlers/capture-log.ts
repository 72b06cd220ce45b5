import { vi } from 'vitest';

/** Captures the log of functions until `vi.restoreAllMocks`. */
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
    /** Returns the log lines without the metric lines. */
    entries,
    /** Returns the log lines with this message. */
    lines: (message: string) => entries().filter((line) => line.message === message),
    /** Returns the metric lines. */
    metrics: () => read().filter((line) => '_aws' in line),
  };
}
