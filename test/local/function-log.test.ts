import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FunctionLog } from '../../local/lambda/function-log.ts';
import { createTestDirectory } from './create-test-directory.ts';

const metrics = (values: Record<string, unknown>) =>
  JSON.stringify({
    _aws: { Timestamp: 0, CloudWatchMetrics: [{ Metrics: Object.keys(values).map((Name) => ({ Name })) }] },
    ...values,
  });

test('lines are written with the name of their function and replace those of an earlier run', async () => {
  const file = join(await createTestDirectory(), 'functions.log');
  for (const line of ['before', 'now']) {
    const log = new FunctionLog(file);
    log.write('consumer', line);
    log.write('ingest', line);
    await log.close();
  }
  expect(await readFile(file, 'utf8')).toBe('consumer now\ningest now\n');
});

test('metrics are summed over lines and functions, including a metric with several values', async () => {
  const log = new FunctionLog(join(await createTestDirectory(), 'functions.log'));
  log.write('consumer', metrics({ OrdersConfirmed: 10, OrdersDuplicate: 1 }));
  log.write('consumer', metrics({ OrdersConfirmed: [5, 2] }));
  log.write('consumer', '{"message":"no metrics","OrdersConfirmed":100}');
  expect([log.sum('OrdersConfirmed'), log.sum('OrdersDuplicate'), log.sum('Unknown')]).toEqual([17, 1, 0]);
  await log.close();
});
