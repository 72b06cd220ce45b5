import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startPostgres } from '../../local/postgres/start-postgres.ts';
import { createOpenDirectory, createTestDirectory } from './create-test-directory.ts';

let folder: string;
let template: string;
vi.mock('../../local/postgres/find-template.ts', () => ({ findTemplate: async () => template }));

beforeEach(async () => {
  folder = await createOpenDirectory();
  template = join(folder, 'cluster.tar');
});

/** Returns the identifier that initdb gave the cluster. Copies of a cluster have the same one. */
async function originOf(dataDir?: string): Promise<string> {
  const { url, stop } = await startPostgres({ port: 0, ...(dataDir && { dataDir }) });
  onTestFinished(stop);
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query('SELECT system_identifier AS origin FROM pg_control_system()');
  await client.end();
  return rows[0].origin;
}

test('later clusters, with and without a data directory, are copies of the template that the first start leaves', async () => {
  const origin = await originOf();
  expect(await readdir(folder)).toEqual(['cluster.tar']);
  expect(await originOf(await createTestDirectory())).toBe(origin);
  expect(await originOf()).toBe(origin);
});

test('a broken template is replaced', async () => {
  const origin = await originOf();
  const made = await readFile(template);
  await writeFile(template, made.subarray(0, 100_000));
  expect(await originOf()).not.toBe(origin);
  expect((await readFile(template)).length).toBe(made.length);
  expect(await readdir(folder)).toEqual(['cluster.tar']);
});

test('if no template can be written, each server creates its own cluster', async () => {
  template = join(folder, 'nowhere', 'cluster.tar');
  expect(await originOf()).not.toBe(await originOf());
  expect(await readdir(folder)).toEqual([]);
});
