import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cachedBuild } from '../../local/lambda/bundle-functions.ts';
import { createTestDirectory } from './create-test-directory.ts';

const DAY_MS = 24 * 3_600_000;

/** Creates a module that imports another, both with old timestamps, and a cache. */
async function createModule() {
  const directory = await createTestDirectory();
  const [entry, part, cache] = ['entry.ts', 'part.ts', 'cache'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  const write = async (file: string, text: string, ageMs = DAY_MS) => {
    await writeFile(file, text);
    const then = new Date(Date.now() - ageMs);
    await utimes(file, then, then);
  };
  await write(entry, `export { word } from './part.ts';`);
  await write(part, `export const word = 'once';`);
  return { entry, part, cache, write, build: () => cachedBuild({ entry }, cache) };
}

const wordIn = async (folder: string) => (await import(join(folder, 'entry.mjs'))).word;

test('an unchanged module is built once', async () => {
  const { build } = await createModule();
  const folder = await build();
  const { ino } = await stat(join(folder, 'entry.mjs'));
  expect(await build()).toBe(folder);
  expect((await stat(join(folder, 'entry.mjs'))).ino).toBe(ino);
  expect(await wordIn(folder)).toBe('once');
});

test('a changed module is built into a new folder, and the old build stays usable', async () => {
  const { part, write, build } = await createModule();
  const before = await build();
  await write(part, `export const word = 'twice';`);
  const after = await build();
  expect(await wordIn(after)).toBe('twice');
  expect(await wordIn(before)).toBe('once');
});

test('a module that was written during its build is built again', async () => {
  const { part, write, build } = await createModule();
  await write(part, `export const word = 'now';`, -60_000);
  expect(await build()).not.toBe(await build());
});

test('a removed build is made again', async () => {
  const { cache, build } = await createModule();
  const folder = await build();
  await rm(folder, { recursive: true });
  expect(await wordIn(await build())).toBe('once');
  expect(await readdir(cache)).toHaveLength(2);
});

test('a build that was unused for a week is removed by the next build', async () => {
  const { part, cache, write, build } = await createModule();
  const old = await build();
  const then = new Date(Date.now() - 8 * DAY_MS);
  await utimes(old, then, then);
  await write(part, `export const word = 'other';`);
  const next = await build();
  expect((await readdir(cache)).map((name) => join(cache, name))).not.toContain(old);
  expect(await wordIn(next)).toBe('other');
});

test('a failed build leaves nothing in the cache', async () => {
  const { part, cache, write, build } = await createModule();
  await mkdir(cache);
  await write(part, 'export const word = ;');
  await expect(build()).rejects.toThrow('part.ts:1:20');
  expect(await readdir(cache)).toEqual([]);
});
