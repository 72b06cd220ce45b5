import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createTestDirectory } from '../local/create-test-directory.ts';

const BENCH = resolve(import.meta.dirname, '../../bench/main.ts');

it('prints tables and writes JSON with the measurements of all contenders', async () => {
  const json = join(await createTestDirectory(), 'results.json');
  const args = [BENCH, 'end-to-end', '--repeats', '1', '--orders', '1000', '--json', json];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  for (const text of ['1,000 orders', 'one at a time', 'end-to-end/one-at-a-time', 'end-to-end/iam'])
    expect(stdout).toContain(text);
  // A single round has no spread.
  expect(stdout).not.toContain(' %');

  const { results, machine } = JSON.parse(await readFile(json, 'utf8'));
  expect(machine.node).toBe(process.version);
  const [pipeline, iam, oneAtATime] = results['end-to-end'].contenders;
  expect(pipeline.samples).toEqual([
    {
      produced: expect.any(Number),
      confirmed: expect.any(Number),
      stored: expect.any(Number),
      cpuMs: expect.any(Number),
      uncertainty: expect.any(Number),
    },
  ]);
  expect(iam.samples).toEqual([{ iamCpu: expect.any(Number) }]);
  expect(oneAtATime.samples).toEqual([{ confirmed: expect.any(Number), cpuMs: expect.any(Number) }]);
}, 180_000);

it('exits with 2 and says what is wrong with the command line', async () => {
  const failure = promisify(execFile)(process.execPath, [BENCH, 'shopping']);
  await expect(failure).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('suite: must match one of produce,'),
  });
});
