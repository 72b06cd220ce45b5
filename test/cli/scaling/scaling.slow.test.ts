import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../../..');
const SCALING = join(PROJECT, 'cli/scaling.ts');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-pipeline-scaling-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs `cli/scaling.ts` in its own process. */
const run = (...args: string[]) =>
  new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [SCALING, ...args], (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });

const readDoc = (name: string) => readFile(join(PROJECT, 'docs', name), 'utf8');

describe('docs/scaling.md', () => {
  test('has the current tables and plot of the command', async () => {
    const { status, stdout } = await run('--out', directory);
    expect(status).toBe(0);
    expect(await readDoc('scaling.md')).toContain(stdout);
    expect((await readFile(join(directory, 'scaling.svg'), 'utf8')) === (await readDoc('scaling.svg'))).toBe(
      true,
    );
  });

  test('has the current table of a fleet of at least five instances', async () => {
    const { stdout } = await run('--min', '5', '--out', directory);
    const [table = ''] = stdout.split('\n  other targets');
    expect(table).toContain('Fleet: 5 to 20 instances');
    expect(await readDoc('scaling.md')).toContain(table);
  });
});

test('npm run scaling --json prints the scenario and outcomes, and draws the plot', async () => {
  const { status, stdout } = await run('--json', '--orders', '1000000', '--out', directory);
  expect(status).toBe(0);
  const { scenario, outcomes, variants } = JSON.parse(stdout);
  expect(scenario).toMatchObject({ orders: 1_000_000, peak: 60 });
  expect(outcomes.map(({ policy }: { policy: string }) => policy)).toEqual([
    'event source mapping',
    'backlog per instance',
    'queue length',
  ]);
  expect(outcomes[0].outcome.busyHours).toBeCloseTo(1_000_000 / 200 / 3_600, 9);
  expect(variants).toHaveLength(10);
  expect(await readdir(directory)).toEqual(['scaling.svg']);
});

test('the plot is one SVG document with labeled axes and lines', async () => {
  await run('--out', directory);
  const svg = await readFile(join(directory, 'scaling.svg'), 'utf8');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
  expect(svg.match(/<svg/g)).toHaveLength(4);
  expect(svg.match(/<\/svg>/g)).toHaveLength(4);
  for (const text of [
    'orders arriving',
    'event source mapping',
    'backlog per instance',
    'queue length',
    '00:30',
  ]) {
    expect(svg).toContain(`>${text}</text>`);
  }
  expect(svg).not.toMatch(/NaN|undefined/);
});

test('npm run scaling --help prints the usage and draws nothing', async () => {
  const { status, stdout } = await run('--help', '--out', directory);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run scaling/);
  expect(await readdir(directory)).toEqual([]);
});

test('npm run scaling exits with 2 and prints an error for an invalid command line', async () => {
  expect(await run('--min', '9', '--max', '3', '--out', directory)).toEqual({
    status: 2,
    stdout: '',
    stderr: '--max: must be a whole number from 9 to 1,000, received 3\n',
  });
  expect(await run('--colour', 'red')).toMatchObject({ status: 2, stdout: '' });
});

test('npm run scaling exits with 1 if it cannot create the directory of the plot', async () => {
  const { status, stderr } = await run('--out', join(SCALING, 'plots'));
  expect(status).toBe(1);
  expect(stderr).toContain('scaling.ts');
});
