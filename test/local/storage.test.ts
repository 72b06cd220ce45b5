import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMemoryStorage, openStorage } from '../../local/aws-services/storage.ts';
import { createTestDirectory } from './create-test-directory.ts';

test('a later storage has the committed values, in the order in which their keys were first set', async () => {
  const directory = await createTestDirectory();
  const first = openStorage(directory);
  const map = first.map<{ size: number }>('things');
  for (const [position, key] of ['b', 'a', 'c'].entries()) map.set(key, { size: position });
  map.set('b', { size: 7 });
  map.delete('a');
  first.blobs('bodies').set('x', Uint8Array.of(0, 255));
  first.commit();
  first.close();

  const later = openStorage(directory);
  expect([...later.map('things').entries()]).toEqual([
    ['b', { size: 7 }],
    ['c', { size: 2 }],
  ]);
  expect([...later.blobs('bodies').entries()].map(([key, bytes]) => [key, [...bytes]])).toEqual([
    ['x', [0, 255]],
  ]);
  later.map('things').clear();
  later.close();
  expect([...openStorage(directory).map('things').entries()]).toEqual([]);
});

test('storage in memory keeps nothing', () => {
  const storage = openMemoryStorage();
  storage.map('things').set('a', 1);
  storage.commit();
  expect([...storage.map('things').entries()]).toEqual([]);
});

test.each([
  ['fauxqs.db', 'queues and objects'],
  ['CURRENT', 'tables'],
])('a directory with %s of an earlier version is refused, with what to do', async (file, content) => {
  const directory = await createTestDirectory();
  await writeFile(join(directory, file), '');
  expect(() => openStorage(directory)).toThrow(
    expect.objectContaining({
      code: 'DATA_DIR_OUTDATED',
      message: expect.stringMatching(
        new RegExp(
          `^data directory ${directory}: .*${content}.* Start the earlier version once more to .*, then delete`,
        ),
      ),
    }),
  );
});
