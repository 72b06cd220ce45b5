import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBenchOptions } from '../../bench/bench-options.ts';

const read = (...args: string[]) => readBenchOptions(args, ['produce', 'confirm', 'end-to-end']);
const PROJECT = resolve(import.meta.dirname, '../..');

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

  it('accepts the number of orders of end-to-end and another checkout', () => {
    expect(read('end', '--orders', '20000', '--beside', PROJECT)).toMatchObject({
      orders: 20_000,
      beside: PROJECT,
    });
    expect(read('--orders', '20000')).toMatchObject({ filters: [], orders: 20_000 });
  });

  it('returns undefined for --help', () => {
    expect(read('--help')).toBeUndefined();
  });

  it.each([
    [['shipping'], 'suite: must match one of produce, confirm, end-to-end, received shipping'],
    [['--repeats', '0'], '--repeats: must be a whole number from 1 to 50, received 0'],
    [['--percent', 'all'], '--percent: must be a whole number from 1 to 1,000, received all'],
    [['--json', ''], '--json: must be the path of a file, received nothing'],
    [['--orders', '10'], '--orders: must be a whole number from 1,000 to 1,000,000, received 10'],
    [['produce', '--orders', '20000'], '--orders: is for the suite end-to-end, received produce'],
    [['produce', '--beside', PROJECT], '--beside: is for the suite end-to-end, received produce'],
    [
      ['--beside', '/nowhere'],
      '--beside: must be a checkout of this project with harness/start-cloud.ts, received /nowhere',
    ],
    [
      ['--orders', '2000', '--check'],
      '--orders: cannot be combined with --check or --record, whose runs must be comparable',
    ],
    [['--check', '--record'], '--check: cannot be combined with --record, give one of them'],
  ])('rejects %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it('rejects an unknown option', () => {
    expect(() => read('--quick')).toThrow("Unknown option '--quick'");
  });
});
