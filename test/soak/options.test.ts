import { describe, expect, it } from 'vitest';
import { readBacklogOptions, readSoakOptions } from './options.ts';

describe('npm run soak', () => {
  it('takes 100 orders a second with faults, in memory, where nothing else is asked for', () => {
    expect(readSoakOptions(['--minutes', '15'])).toEqual({
      minutes: 15,
      rate: 100,
      seed: 1,
      data: false,
      faults: true,
      plot: undefined,
    });
  });

  it('takes all of it from the command line', () => {
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

  it('wants to know for how long', () => {
    expect(() => readSoakOptions([])).toThrow(
      '--minutes: must be a whole number from 1 to 1,440, received nothing',
    );
    expect(() => readSoakOptions(['--minutes', '0'])).toThrow('received 0');
  });

  it('refuses a plot without a name, and asks nothing for help', () => {
    expect(() => readSoakOptions(['--minutes', '1', '--plot', ''])).toThrow('--plot: must be a file');
    expect(readSoakOptions(['--help'])).toBeUndefined();
  });
});

describe('npm run backlog', () => {
  it('is of 200,000 orders in memory where nothing else is asked for', () => {
    expect(readBacklogOptions([])).toEqual({ orders: 200_000, seed: 1, cases: [false], plot: undefined });
  });

  it('has one case with a data directory, or both', () => {
    expect(readBacklogOptions(['--data'])?.cases).toEqual([true]);
    expect(readBacklogOptions(['--both'])?.cases).toEqual([false, true]);
  });

  it('refuses a backlog that is none', () => {
    expect(() => readBacklogOptions(['--orders', '10'])).toThrow(
      '--orders: must be a whole number from 1,000 to 1,000,000, received 10',
    );
  });
});
