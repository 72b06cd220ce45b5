import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createTestDirectory } from '../local/create-test-directory.ts';

const BENCH = resolve(import.meta.dirname, '../../bench/main.ts');

it('prints tables and writes JSON with the measurements of all contenders', async () => {
  const json = join(await createTestDirectory(), 'results.json');
  const args = [BENCH, 'produce', '--repeats', '1', '--percent', '1', '--json', json];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  for (const text of ['ours', 'one at a time', 'sqs-producer', 'limit: bare batches', 'produce/limit'])
    expect(stdout).toContain(text);
  // A single round has no spread.
  expect(stdout).not.toContain(' %');

  const { results, machine } = JSON.parse(await readFile(json, 'utf8'));
  expect(machine.node).toBe(process.version);
  const [ours, oneAtATime] = results.produce.contenders;
  expect(ours.samples).toEqual([
    {
      ordersPerSecond: expect.any(Number),
      requestsPerOrder: 0.1,
      cpuMs: expect.any(Number),
      uncertainty: expect.any(Number),
    },
  ]);
  expect(oneAtATime.samples[0].requestsPerOrder).toBe(1);
}, 180_000);

it('exits with 2 and says what is wrong with the command line', async () => {
  const failure = promisify(execFile)(process.execPath, [BENCH, 'shopping']);
  await expect(failure).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('suite: must match one of produce,'),
  });
});
