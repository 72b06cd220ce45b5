import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { writeOutputsFile, writeSettingsFile } from '../../local/discovery-files.ts';
import { createTestDirectory } from './create-test-directory.ts';

test('outputs.json holds the outputs, for its owner only, and nothing else is left beside it', async () => {
  const directory = await createTestDirectory();
  await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  expect(await readdir(directory)).toEqual(['outputs.json']);
  const file = join(directory, 'outputs.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ ApiUrl: 'http://127.0.0.1:3000' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('outputs.json is removed at the end, and removing it a second time does nothing', async () => {
  const directory = await createTestDirectory();
  const takeAway = await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  await takeAway();
  expect(await readdir(directory)).toEqual([]);
  await takeAway();
});

test('the outputs of another embedded cloud replace outputs.json, and stay when the first one ends', async () => {
  const directory = await createTestDirectory();
  const takeAway = await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3001' });
  await takeAway();
  const text = await readFile(join(directory, 'outputs.json'), 'utf8');
  expect(JSON.parse(text)).toEqual({ ApiUrl: 'http://127.0.0.1:3001' });
});

test('outputs.json that a crash left behind is replaced', async () => {
  const directory = await createTestDirectory();
  await writeFile(join(directory, 'outputs.json'), '{"half a fi');
  await writeOutputsFile(directory, {});
  expect(await readFile(join(directory, 'outputs.json'), 'utf8')).toBe('{}\n');
});

test('worker.env holds the environment of all functions, each name once, for its owner only', async () => {
  const directory = await createTestDirectory();
  const common = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_SESSION_TOKEN: '' };
  await writeSettingsFile(directory, [
    { environment: { ...common, ORDER_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/a#b' } },
    { environment: { ...common, DATABASE_URL: "postgres://it's@127.0.0.1/a b" } },
  ]);
  expect(await readdir(directory)).toEqual(['worker.env']);
  const file = join(directory, 'worker.env');
  const text = await readFile(file, 'utf8');
  expect(text.match(/AWS_ENDPOINT_URL/g)).toHaveLength(1);
  expect(parseEnv(text)).toEqual({
    ...common,
    ORDER_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/a#b',
    DATABASE_URL: "postgres://it's@127.0.0.1/a b",
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('worker.env is removed at the end', async () => {
  const directory = await createTestDirectory();
  const takeAway = await writeSettingsFile(directory, [{ environment: { NAME: 'value' } }]);
  await takeAway();
  expect(await readdir(directory)).toEqual([]);
});
