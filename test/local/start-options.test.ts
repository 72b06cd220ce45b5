import { describe, expect, test } from 'vitest';
import { HELP, readStartOptions } from '../../local/start/start-options.ts';
import { UsageError } from '../../program/options.ts';

test('by default npm start sends 10,000 orders to the queue and keeps running', () => {
  expect(readStartOptions([])).toEqual({
    count: 10_000,
    via: 'queue',
    ratePerSecond: undefined,
    seed: undefined,
    concurrency: undefined,
    shipping: undefined,
    sales: undefined,
    exit: false,
    produce: true,
    port: 3_000,
    awsPort: 4_566,
    dataDir: undefined,
    iam: true,
    help: false,
  });
});

test('every option is read, with a space or an equals sign before its value', () => {
  const given =
    '--count 50 --via=s3 --rate 20 --seed=7 --concurrency=3 --shipping off --sales=on --exit --no-produce --no-iam --port 0 --aws-port=5000';
  expect(readStartOptions([...given.split(' '), '--data', 'my data'])).toEqual({
    count: 50,
    via: 's3',
    ratePerSecond: 20,
    seed: 7,
    concurrency: 3,
    shipping: 'off',
    sales: 'on',
    exit: true,
    produce: false,
    port: 0,
    awsPort: 5_000,
    dataDir: 'my data',
    iam: false,
    help: false,
  });
  expect(readStartOptions(['-h']).help).toBe(true);
});

test('the limits of a range are accepted', () => {
  expect(readStartOptions(['--count', '1', '--port', '65535', '--concurrency', '1000'])).toMatchObject({
    count: 1,
    port: 65_535,
    concurrency: 1_000,
  });
  expect(readStartOptions(['--count', '1000000', '--rate', '1']).count).toBe(1_000_000);
  expect(readStartOptions(['--seed', '0']).seed).toBe(0);
  expect(readStartOptions(['--seed', '4294967295']).seed).toBe(2 ** 32 - 1);
});

describe('readStartOptions throws a usage error with the option, the accepted values and the value received for', () => {
  const count = '--count: must be a whole number from 1 to 1,000,000, received';
  test.for([
    [['--count', '0'], `${count} 0`],
    [['--count', '1000001'], `${count} 1000001`],
    [['--count', '1e3'], `${count} 1e3`],
    [['--count=-5'], `${count} -5`],
    [['--count', '2.5'], `${count} 2.5`],
    [['--count', ' 7'], `${count}  7`],
    [['--count', '9'.repeat(400)], `${count} 999`],
    [['--count='], `${count} nothing`],
    [['--rate', '0'], '--rate: must be a whole number from 1 to 1,000,000, received 0'],
    [['--concurrency', '1001'], '--concurrency: must be a whole number from 1 to 1,000, received 1001'],
    [['--seed', '4294967296'], '--seed: must be a whole number from 0 to 4,294,967,295, received 4294967296'],
    [['--shipping', 'yes'], '--shipping: must be on or off, received yes'],
    [['--sales='], '--sales: must be on or off, received nothing'],
    [['--port', '65536'], '--port: must be a whole number from 0 to 65,535, received 65536'],
    [['--aws-port', 'any'], '--aws-port: must be a whole number from 0 to 65,535, received any'],
    [['--via', 'pigeon'], '--via: must be queue or s3, received pigeon'],
    [['--via='], '--via: must be queue or s3, received nothing'],
    [['--data='], '--data: must be a directory, received an empty value'],
    [['--data'], '--data'],
    [['--speed', '3'], '--speed'],
    [['--exit=yes'], '--exit'],
    [['50'], '50'],
  ] as const)('%j', ([args, message]) => {
    const read = () => readStartOptions(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

test('the help lists every option', () => {
  const options = HELP.match(/(?<=^ {2})--[a-z-]+/gm);
  const known = [
    'count',
    'via',
    'rate',
    'seed',
    'concurrency',
    'shipping',
    'sales',
    'exit',
    'no-produce',
    'port',
    'aws-port',
    'no-iam',
    'data',
    'help',
  ];
  expect(options).toEqual(known.map((name) => `--${name}`));
});
