import { describe, expect, it } from 'vitest';
import { readBenchOptions } from '../../bench/bench-options.ts';

const read = (...args: string[]) => readBenchOptions(args, ['produce', 'confirm']);

describe('readBenchOptions', () => {
  it('runs all suites, five times each, where nothing is asked for', () => {
    expect(read()).toEqual({
      filters: [],
      repeats: 5,
      scale: 1,
      json: '.bench/results.json',
      check: false,
      record: false,
    });
  });

  it('takes filters and options in any order', () => {
    expect(read('prod', '--repeats', '3', 'firm', '--percent', '10', '--check')).toMatchObject({
      filters: ['prod', 'firm'],
      repeats: 3,
      scale: 0.1,
      check: true,
    });
  });

  it('gives nothing back where help is asked for', () => {
    expect(read('--help')).toBeUndefined();
  });

  it.each([
    [['shipping'], 'suite: must be in the name of one of produce, confirm, received shipping'],
    [['--repeats', '0'], '--repeats: must be a whole number from 1 to 50, received 0'],
    [['--percent', 'all'], '--percent: must be a whole number from 1 to 1,000, received all'],
    [['--json', ''], '--json: must be a file, received nothing'],
    [['--check', '--record'], '--check: must not go with --record, received both'],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it('refuses an option that it does not know', () => {
    expect(() => read('--quick')).toThrow("Unknown option '--quick'");
  });
});
