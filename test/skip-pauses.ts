import { syncBuiltinESMExports } from 'node:module';
import timers, { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';

/**
 * Replaces the pauses of `node:timers/promises`, which fake timers leave alone, by one turn of the event loop, until the end of
 * the test.
 *
 * @param onPause Called with the milliseconds of each pause, for instance to advance a fake clock. The pause ends after it.
 * @returns The milliseconds of each pause so far.
 */
export function skipPauses(onPause: (ms: number) => unknown = () => undefined): number[] {
  const pauses: number[] = [];
  const spy = vi.spyOn(timers, 'setTimeout').mockImplementation(async (ms = 0, value) => {
    pauses.push(ms);
    await onPause(ms);
    await turn();
    return value as never;
  });
  // Without this, modules that import the function by its name would keep the original.
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  return pauses;
}
