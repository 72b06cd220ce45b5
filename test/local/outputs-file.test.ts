import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeOutputsFile } from '../../local/outputs-file.ts';
import { createTestDirectory } from './create-test-directory.ts';

test('the file holds the outputs, for its owner only, and nothing else is left beside it', async () => {
  const directory = await createTestDirectory();
  await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  expect(await readdir(directory)).toEqual(['outputs.json']);
  const file = join(directory, 'outputs.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ ApiUrl: 'http://127.0.0.1:3000' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('it is taken away again, also twice, or when somebody else has done so', async () => {
  const directory = await createTestDirectory();
  const takeAway = await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  await takeAway();
  expect(await readdir(directory)).toEqual([]);
  await takeAway();
});

test('the outputs of another embedded cloud replace it, and stay when the first one ends', async () => {
  const directory = await createTestDirectory();
  const takeAway = await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3000' });
  await writeOutputsFile(directory, { ApiUrl: 'http://127.0.0.1:3001' });
  await takeAway();
  const text = await readFile(join(directory, 'outputs.json'), 'utf8');
  expect(JSON.parse(text)).toEqual({ ApiUrl: 'http://127.0.0.1:3001' });
});

test('a file that a crash left behind is replaced', async () => {
  const directory = await createTestDirectory();
  await writeFile(join(directory, 'outputs.json'), '{"half a fi');
  await writeOutputsFile(directory, {});
  expect(await readFile(join(directory, 'outputs.json'), 'utf8')).toBe('{}\n');
});
