import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { writeSettingsFile } from '../../local/settings-file.ts';
import { createTestDirectory } from './create-test-directory.ts';

test('the file holds the environment of all functions, each name once, for its owner only', async () => {
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

test('it is taken away again', async () => {
  const directory = await createTestDirectory();
  const takeAway = await writeSettingsFile(directory, [{ environment: { NAME: 'value' } }]);
  await takeAway();
  expect(await readdir(directory)).toEqual([]);
});
