import { describe, expect, it } from 'vitest';
import { readBenchOptions } from '../../bench/bench-options.ts';

const read = (...args: string[]) => readBenchOptions(args, ['produce', 'confirm']);

describe('readBenchOptions', () => {
  it('defaults to all suites with five repeats', () => {
    expect(read()).toEqual({
      filters: [],
      repeats: 5,
      scale: 1,
      json: '.bench/results.json',
      check: false,
      record: false,
    });
  });

  it('accepts filters and options in any order', () => {
    expect(read('prod', '--repeats', '3', 'firm', '--percent', '10', '--check')).toMatchObject({
      filters: ['prod', 'firm'],
      repeats: 3,
      scale: 0.1,
      check: true,
    });
  });

  it('returns undefined for --help', () => {
    expect(read('--help')).toBeUndefined();
  });

  it.each([
    [['shipping'], 'suite: must match one of produce, confirm, received shipping'],
    [['--repeats', '0'], '--repeats: must be a whole number from 1 to 50, received 0'],
    [['--percent', 'all'], '--percent: must be a whole number from 1 to 1,000, received all'],
    [['--json', ''], '--json: must be the path of a file, received nothing'],
    [['--check', '--record'], '--check: cannot be combined with --record, give one of them'],
  ])('rejects %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it('rejects an unknown option', () => {
    expect(() => read('--quick')).toThrow("Unknown option '--quick'");
  });
});
