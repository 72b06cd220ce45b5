import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, expect, test, vi } from 'vitest';
import { createProgressBar } from '../../../cli/orders/progress.ts';

beforeEach(({ onTestFinished }) => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** Creates a progress bar on its own stream and records the lines that it draws. */
function start(terminal: object) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), terminal);
  let text = '';
  stream.on('data', (data: string) => {
    text += data;
  });
  const progress = createProgressBar('sending', stream as unknown as NodeJS.WriteStream);
  const lines = () =>
    stripVTControlCharacters(text)
      .split('\n')
      .filter((line) => line.includes('sending'));
  return { progress, lines, written: () => text };
}

const TERMINAL = { isTTY: true, columns: 120, rows: 40 };

test('a progress bar shows the work done, the rate and the time left', () => {
  const { progress, lines } = start(TERMINAL);
  progress.update(0, 30_000);
  vi.advanceTimersByTime(1_000);
  progress.update(10_000);
  progress.done();
  expect(lines().at(-1)).toBe(
    `  sending  ${'█'.repeat(10)}${'░'.repeat(20)} 10,000 of 30,000  10,000/s  2 s left`,
  );
});

test('a progress bar shows the rate of the last three seconds', () => {
  const { progress, lines } = start(TERMINAL);
  for (let second = 0; second <= 10; second += 1) {
    progress.update(second <= 5 ? second * 1_000 : 5_000, 6_000);
    vi.advanceTimersByTime(1_000);
  }
  progress.done();
  expect(lines().at(-1)).toMatch(/5,000 of 6,000 {2}0\/s$/);
});

test('a progress bar shows a count instead of a bar while the total is unknown', () => {
  const { progress, lines } = start(TERMINAL);
  progress.update(7);
  progress.done();
  expect(lines()).toEqual(['  sending  7  0/s']);
});

test('a progress bar draws only the first and the last of many updates within a tenth of a second', () => {
  const { progress, lines } = start(TERMINAL);
  for (let done = 1; done <= 1_000; done += 1) progress.update(done, 1_000);
  progress.done();
  expect(lines().map((line) => /[\d,]+ of/.exec(line)?.[0])).toEqual(['1 of', '1,000 of']);
});

test('a progress bar writes nothing if its stream is not a terminal', () => {
  const { progress, written } = start({});
  progress.update(5, 10);
  progress.done();
  expect(written()).toBe('');
});
