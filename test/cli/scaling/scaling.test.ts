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

/** Runs the command in a process of its own. */
const run = (...args: string[]) =>
  new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [SCALING, ...args], (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });

const readDoc = (name: string) => readFile(join(PROJECT, 'docs', name), 'utf8');

describe('docs/scaling.md', () => {
  test('has the tables and the plot that the command makes now', async () => {
    const { status, stdout } = await run('--out', directory);
    expect(status).toBe(0);
    expect(await readDoc('scaling.md')).toContain(stdout);
    expect((await readFile(join(directory, 'scaling.svg'), 'utf8')) === (await readDoc('scaling.svg'))).toBe(
      true,
    );
  });

  test('has the table of a fleet that is never smaller than the day needs', async () => {
    const { stdout } = await run('--min', '5', '--out', directory);
    const [table = ''] = stdout.split('\n  other targets');
    expect(table).toContain('Fleet: 5 to 20 instances');
    expect(await readDoc('scaling.md')).toContain(table);
  });
});

test('--json prints scenario and figures, and the plot is drawn all the same', async () => {
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

test('the plot is one SVG document that names its axes and its lines', async () => {
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

test('--help prints the usage, and nothing is drawn', async () => {
  const { status, stdout } = await run('--help', '--out', directory);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run scaling/);
  expect(await readdir(directory)).toEqual([]);
});

test('a wrong command line ends with status 2, and says what is wrong on stderr', async () => {
  expect(await run('--min', '9', '--max', '3', '--out', directory)).toEqual({
    status: 2,
    stdout: '',
    stderr: '--max: must be a whole number from 9 to 1,000, received 3\n',
  });
  expect(await run('--colour', 'red')).toMatchObject({ status: 2, stdout: '' });
});

test('a directory that cannot be made ends with status 1', async () => {
  const { status, stderr } = await run('--out', join(SCALING, 'plots'));
  expect(status).toBe(1);
  expect(stderr).toContain('scaling.ts');
});
