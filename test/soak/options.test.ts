import { describe, expect, it } from 'vitest';
import { readBacklogOptions, readSoakOptions } from './options.ts';

describe('npm run soak', () => {
  it('defaults to 100 orders per second with faults, in memory', () => {
    expect(readSoakOptions(['--minutes', '15'])).toEqual({
      minutes: 15,
      rate: 100,
      seed: 1,
      data: false,
      faults: true,
      plot: undefined,
    });
  });

  it('reads every option', () => {
    const args = ['--minutes', '2', '--rate', '7', '--seed', '9', '--data', '--no-faults', '--plot', 'a.svg'];
    expect(readSoakOptions(args)).toEqual({
      minutes: 2,
      rate: 7,
      seed: 9,
      data: true,
      faults: false,
      plot: 'a.svg',
    });
  });

  it('requires --minutes', () => {
    expect(() => readSoakOptions([])).toThrow(
      '--minutes: must be a whole number from 1 to 1,440, received nothing',
    );
    expect(() => readSoakOptions(['--minutes', '0'])).toThrow('received 0');
  });

  it('rejects an empty --plot, and needs no other option with --help', () => {
    expect(() => readSoakOptions(['--minutes', '1', '--plot', ''])).toThrow('--plot: must be a file name');
    expect(readSoakOptions(['--help'])).toBeUndefined();
  });
});

describe('npm run backlog', () => {
  it('defaults to 200,000 orders in memory', () => {
    expect(readBacklogOptions([])).toEqual({ orders: 200_000, seed: 1, cases: [false], plot: undefined });
  });

  it('runs with a data directory, or both cases', () => {
    expect(readBacklogOptions(['--data'])?.cases).toEqual([true]);
    expect(readBacklogOptions(['--both'])?.cases).toEqual([false, true]);
  });

  it('rejects a backlog that is too small', () => {
    expect(() => readBacklogOptions(['--orders', '10'])).toThrow(
      '--orders: must be a whole number from 1,000 to 1,000,000, received 10',
    );
  });
});
