import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { writeOutputsFile, writeSettingsFile } from '../../local/discovery-files.ts';
import { createTestDirectory } from './create-test-directory.ts';

test('outputs.json contains the outputs, is readable by its owner only and is the only file', async () => {
  const directory = await createTestDirectory();
  await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  expect(await readdir(directory)).toEqual(['outputs.json']);
  const file = join(directory, 'outputs.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ ApiUrl: 'http://127.0.0.1:3000' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('outputs.json is removed at the end, and a second removal does nothing', async () => {
  const directory = await createTestDirectory();
  const removeFile = await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  await removeFile();
  expect(await readdir(directory)).toEqual([]);
  await removeFile();
});

test('outputs.json of a second embedded cloud replaces that of the first and stays when the first one ends', async () => {
  const directory = await createTestDirectory();
  const removeFile = await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3001' });
  await removeFile();
  const text = await readFile(join(directory, 'outputs.json'), 'utf8');
  expect(JSON.parse(text)).toEqual({ ApiUrl: 'http://127.0.0.1:3001' });
});

test('outputs.json from a crashed run is replaced', async () => {
  const directory = await createTestDirectory();
  await writeFile(join(directory, 'outputs.json'), '{"half a fi');
  await writeOutputsFile(directory, {});
  expect(await readFile(join(directory, 'outputs.json'), 'utf8')).toBe('{}\n');
});

test("a worker's settings are the environment of its function, readable by its owner only", async () => {
  const directory = await createTestDirectory();
  const environment = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_SESSION_TOKEN: '',
    ORDER_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/a#b',
    DATABASE_URL: "postgres://it's@127.0.0.1/a b",
  };
  await writeSettingsFile(directory, 'consumer', environment);
  expect(await readdir(directory)).toEqual(['consumer.env']);
  const file = join(directory, 'consumer.env');
  expect(parseEnv(await readFile(file, 'utf8'))).toEqual(environment);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("a worker's settings are removed at the end", async () => {
  const directory = await createTestDirectory();
  const removeFile = await writeSettingsFile(directory, 'consumer', { NAME: 'value' });
  await removeFile();
  expect(await readdir(directory)).toEqual([]);
});
