import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stopOnSignals } from '../../program/stop-on-signals.ts';

const FORCED = 130;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Handles signals that the test sends, without ending this process. */
function start() {
  const handlers = new Map<string | symbol, () => void>();
  vi.spyOn(process, 'on').mockImplementation((name, handler) => {
    handlers.set(name, handler as () => void);
    return process;
  });
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const stop = vi.fn<(signal: NodeJS.Signals) => void>();
  stopOnSignals(stop, FORCED);
  return { stop, exit, handlers, signal: (name: NodeJS.Signals) => handlers.get(name)?.() };
}

test('requests a stop at each of the signals SIGINT, SIGTERM and SIGHUP', () => {
  const { stop, exit, handlers, signal } = start();
  expect([...handlers.keys()].toSorted()).toEqual(['SIGHUP', 'SIGINT', 'SIGTERM']);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) signal(name);
  expect(stop.mock.calls).toEqual([['SIGINT'], ['SIGTERM'], ['SIGHUP']]);
  expect(exit).not.toHaveBeenCalled();
});

test('exits at a signal that arrives more than a second after the first one', () => {
  const { exit, signal } = start();
  signal('SIGINT');
  vi.setSystemTime(Date.now() + 600);
  signal('SIGINT');
  vi.setSystemTime(Date.now() + 400);
  // The terminal's Ctrl-C reaches this process also through npm.
  signal('SIGTERM');
  expect(exit).not.toHaveBeenCalled();
  vi.setSystemTime(Date.now() + 1);
  signal('SIGTERM');
  expect(exit.mock.calls).toEqual([[FORCED]]);
});
