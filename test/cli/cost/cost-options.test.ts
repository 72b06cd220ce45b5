import { describe, expect, it } from 'vitest';
import { type CostOptions, readCostOptions } from '../../../cli/cost/cost-options.ts';
import { UsageError } from '../../../program/options.ts';
import { QUEUES } from '../../../topology.ts';

/** Consumers of orders: files are not priced. */
const CONSUMERS = QUEUES.filter(({ holds }) => holds !== 'upload').map(({ consumer }) => consumer);

const read = (...args: string[]) => readCostOptions(['--orders-per-day', '86400', ...args]) as CostOptions;

describe('readCostOptions', () => {
  it('requires only --orders-per-day', () => {
    expect(read()).toEqual({
      demand: { ordersPerDay: 86_400, via: 'http', emails: true, known: {} },
      // Three times the mean of one order a second; the orders of a day.
      peakRate: 3,
      backlog: 86_400,
      source: { stage: 'dev', region: undefined, params: [] },
      json: false,
    });
  });

  it('reads all options', () => {
    const packaging = [
      '--stage',
      'prod',
      '--region',
      'eu-west-1',
      '--param',
      'sales=off',
      '--param',
      'shipping=off',
    ];
    const rush = ['--peak', '12.5', '--backlog', '0', '--via', 'queue', '--emails', 'off', '--json'];
    const times = ['--invoke-ms', 'consumer=400', '--invoke-ms', 'analytics=20000'];
    expect(read(...packaging, ...rush, ...times)).toEqual({
      demand: {
        ordersPerDay: 86_400,
        via: 'queue',
        emails: false,
        known: { consumer: 400, analytics: 20_000 },
      },
      peakRate: 12.5,
      backlog: 0,
      source: { stage: 'prod', region: 'eu-west-1', params: ['sales=off', 'shipping=off'] },
      json: true,
    });
    expect(read('--template', 'some.json').source).toBe('some.json');
  });

  it('returns undefined for --help, even if other options are invalid', () => {
    expect(readCostOptions(['--help'])).toBeUndefined();
    expect(readCostOptions(['-h', '--peak', 'x'])).toBeUndefined();
  });

  it.each([
    [[], '--orders-per-day: must be a whole number from 1 to 1,000,000,000, received nothing'],
    [
      ['--orders-per-day', '0'],
      '--orders-per-day: must be a whole number from 1 to 1,000,000,000, received 0',
    ],
    [
      ['--orders-per-day', '1e6'],
      '--orders-per-day: must be a whole number from 1 to 1,000,000,000, received 1e6',
    ],
  ])('%j is refused: %s', (args, message) => {
    expect(() => readCostOptions(args)).toThrow(new UsageError(message));
  });

  it.each([
    [
      ['--peak', '0.5'],
      '--peak: must be a number from 1, the mean orders a second, to 1,000,000, received 0.5',
    ],
    [
      ['--peak', 'many'],
      '--peak: must be a number from 1, the mean orders a second, to 1,000,000, received many',
    ],
    [['--backlog', '-1'], "Option '--backlog' argument is ambiguous"],
    [['--backlog', '1.5'], '--backlog: must be a whole number from 0 to 1,000,000,000,000, received 1.5'],
    [['--via', 's3'], '--via: must be http or queue, received s3'],
    [['--emails', ''], '--emails: must be on or off, received nothing'],
    [
      ['--invoke-ms', 'producer=5'],
      `--invoke-ms: must be NAME=MS, where NAME is one of intake, ${CONSUMERS.join(', ')}, received producer=5`,
    ],
    [
      ['--invoke-ms', 'consumer=0'],
      '--invoke-ms consumer: must be a whole number from 1 to 900,000, received 0',
    ],
    [['--param', 'sales'], '--param: must be NAME=VALUE, received sales'],
    [['--stage', ''], '--stage: must not be empty, received nothing'],
    [
      ['--template', 'some.json', '--param', 'sales=off'],
      '--param: cannot be used with --template, which is already packaged',
    ],
    [['--orders', '5'], "Unknown option '--orders'"],
  ])('%j is refused: %s', (args, message) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(message);
  });
});
