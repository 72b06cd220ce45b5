import { describe, expect, test } from 'vitest';
import { UsageError } from '../../program/options.ts';
import { QUEUES } from '../../topology.ts';
import { HELP, readWorkerOptions } from '../../worker/worker-options.ts';

test('requires only --function, and uses the default concurrency of the function', () => {
  expect(readWorkerOptions(['--function', 'consumer'])).toEqual({
    functionName: 'consumer',
    concurrency: 10,
    timeout: undefined,
    deadline: 25,
    healthPort: undefined,
    settingsFile: undefined,
  });
  const concurrencyOf = (name: string) => readWorkerOptions(['--function', name])?.concurrency;
  expect(['fulfillment', 'analytics', 'ingest'].map(concurrencyOf)).toEqual([5, 2, 2]);
});

test('reads each option, with a blank or an equals sign before its value', () => {
  const given =
    '--function=ingest --concurrency 200 --timeout=3600 --deadline 0 --health-port=0 --settings .local/workers/consumer.env';
  expect(readWorkerOptions(given.split(' '))).toEqual({
    functionName: 'ingest',
    concurrency: 200,
    timeout: 3_600,
    deadline: 0,
    healthPort: 0,
    settingsFile: '.local/workers/consumer.env',
  });
});

describe('rejects a wrong command line with the option, the accepted values and the value received', () => {
  const consumers = QUEUES.map(({ consumer }) => consumer);
  const names = `--function: must be ${consumers.slice(0, -1).join(', ')} or ${consumers.at(-1)}, received`;
  test.for([
    [[], `${names} nothing`],
    [['--function', 'producer'], `${names} producer`],
    [['--function='], `${names} nothing`],
    [['--function', 'toString'], `${names} toString`],
    [
      ['--function=ingest', '--concurrency', '201'],
      '--concurrency: must be a whole number from 1 to 200, received 201',
    ],
    [
      ['--function=ingest', '--concurrency=0'],
      '--concurrency: must be a whole number from 1 to 200, received 0',
    ],
    [
      ['--function=ingest', '--timeout', '43201'],
      '--timeout: must be a whole number from 1 to 43,200, received 43201',
    ],
    [
      ['--function=ingest', '--deadline', '1.5'],
      '--deadline: must be a whole number from 0 to 43,200, received 1.5',
    ],
    [
      ['--function=ingest', '--health-port', '65536'],
      '--health-port: must be a whole number from 0 to 65,535, received 65536',
    ],
    [['--function=ingest', '--settings='], '--settings: must be the path of a file, received nothing'],
    [['--function=ingest', '--speed', '3'], '--speed'],
    [['consumer'], 'consumer'],
  ] as const)('%j', ([args, message]) => {
    const read = () => readWorkerOptions(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

test('lists every option in the help', () => {
  expect(readWorkerOptions(['-h'])).toBeUndefined();
  const options = HELP.match(/(?<=^ {2})--[a-z-]+/gm);
  const known = ['function', 'concurrency', 'timeout', 'deadline', 'health-port', 'settings', 'help'];
  expect(options).toEqual(known.map((name) => `--${name}`));
});
