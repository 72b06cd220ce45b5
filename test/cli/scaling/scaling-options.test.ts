import { describe, expect, test } from 'vitest';
import { HELP, readScalingOptions } from '../../../cli/scaling/scaling-options.ts';
import { UsageError } from '../../../program/options.ts';

test('the defaults are those of docs/scaling-model.md', () => {
  expect(readScalingOptions([])).toEqual({
    scenario: {
      orders: 50_000_000,
      peak: 3_000,
      ratePerWorker: 200,
      min: 2,
      max: 20,
      warmUpSeconds: 120,
      metricDelaySeconds: 60,
      scaleInStep: 1,
      targetBacklog: 60_000,
      targetQueueLength: 60_000,
      maximumConcurrency: 10,
    },
    out: 'docs',
    json: false,
  });
});

test('all options are read, with a space or an equals sign', () => {
  const given =
    '--orders 1000000 --peak=90 --rate-per-worker 10 --min 3 --max=30 --warm-up 0 --metric-delay=90 --scale-in 5 --target-backlog 700 --target-queue-length=800 --max-concurrency 4 --json';
  expect(readScalingOptions([...given.split(' '), '--out', 'my plots'])).toEqual({
    scenario: {
      orders: 1_000_000,
      peak: 90,
      ratePerWorker: 10,
      min: 3,
      max: 30,
      warmUpSeconds: 0,
      metricDelaySeconds: 90,
      scaleInStep: 5,
      targetBacklog: 700,
      targetQueueLength: 800,
      maximumConcurrency: 4,
    },
    out: 'my plots',
    json: true,
  });
});

test('the default peak follows from the orders, and the default targets from the rate of a worker', () => {
  expect(readScalingOptions(['--orders', '2000000'])?.scenario.peak).toBe(120);
  expect(readScalingOptions(['--rate-per-worker', '50'])?.scenario).toMatchObject({
    targetBacklog: 15_000,
    targetQueueLength: 15_000,
  });
});

describe('readScalingOptions', () => {
  test.for([
    [['--orders', '99999'], '--orders: must be a whole number from 100,000 to 1,000,000,000, received 99999'],
    [['--orders=many'], '--orders: must be a whole number from 100,000 to 1,000,000,000, received many'],
    [['--peak', '893'], '--peak: must be a whole number from 894 to 26,578, received 893'],
    [['--peak', '26579'], '--peak: must be a whole number from 894 to 26,578, received 26579'],
    [['--rate-per-worker', '0'], '--rate-per-worker: must be a whole number from 1 to 100,000, received 0'],
    [['--min', '0'], '--min: must be a whole number from 1 to 1,000, received 0'],
    [['--min', '5', '--max', '4'], '--max: must be a whole number from 5 to 1,000, received 4'],
    [['--warm-up', '3601'], '--warm-up: must be a whole number from 0 to 3,600, received 3601'],
    [['--metric-delay='], '--metric-delay: must be a whole number from 0 to 3,600, received nothing'],
    [['--scale-in', '0'], '--scale-in: must be a whole number from 1 to 1,000, received 0'],
    [
      ['--target-backlog', '1.5'],
      '--target-backlog: must be a whole number from 1 to 1,000,000,000, received 1.5',
    ],
    [
      ['--target-queue-length=-1'],
      '--target-queue-length: must be a whole number from 1 to 1,000,000,000, received -1',
    ],
    [['--max-concurrency', '1'], '--max-concurrency: must be a whole number from 2 to 1,000, received 1'],
    [['--out='], '--out: must be a directory, received nothing'],
    [['--speed', '3'], '--speed'],
    [['docs'], 'docs'],
  ] as const)('throws a UsageError for %j', ([args, message]) => {
    const read = () => readScalingOptions(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

test('the help lists every option', () => {
  const named = [...HELP.matchAll(/^ {2}.{24}/gm)].flatMap(([text]) => text.match(/--[a-z-]+/g) ?? []);
  expect(named).toEqual([
    '--orders',
    '--peak',
    '--rate-per-worker',
    '--min',
    '--max',
    '--warm-up',
    '--metric-delay',
    '--scale-in',
    '--target-backlog',
    '--target-queue-length',
    '--max-concurrency',
    '--out',
    '--json',
    '--help',
  ]);
});
