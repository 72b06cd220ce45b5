import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');

/** What the files of a folder may import of ours; the first folder that a file is in counts. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'lib/json': ['lib/json'],
  'lib/order': ['lib/order', 'lib/json'],
  'lib/batch': ['lib/batch'],
  'lib/database': ['lib/database'],
  'lib/aws': ['lib/aws', 'lib/batch', 'lib/database', 'lib/order', 'lib/invalid-input-error.ts'],
  lib: ['lib'],
  handlers: ['lib'],
  worker: ['worker', 'lib', 'handlers'],
  // The page is told by its server only; both speak dashboard/api.ts, which has types alone.
  'dashboard/page': ['dashboard/page', 'dashboard/api.ts', 'lib/json', 'lib/order'],
  dashboard: ['dashboard', 'lib'],
  cli: ['cli', 'dashboard', 'lib', 'resources/aurora-max-connections.json'],
  local: ['local', 'dashboard', 'lib', 'handlers'],
  harness: ['harness', 'local', 'lib'],
  // Peers are written as their own documentation shows: with clients of their own.
  bench: ['bench', 'harness', 'local', 'worker', 'handlers', 'lib', 'cli/table.ts'],
};

interface SourceFile {
  /** From the project's root. */
  path: string;
  text: string;
  /** Files of ours that it imports, from the project's root. */
  imports: string[];
  /** Packages, as they are written. */
  packages: string[];
}

const files: SourceFile[] = Object.keys(MAY_IMPORT)
  .filter((folder) => !folder.includes('/'))
  .flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  )
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => {
    const text = readFileSync(join(PROJECT, path), 'utf8');
    const specifiers = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\() ?'([^']+)'/g)].map(
      ([, specifier = '']) => specifier,
    );
    const relatives = specifiers.filter((specifier) => specifier.startsWith('.'));
    const imports = relatives.map((specifier) =>
      relative(PROJECT, resolve(PROJECT, dirname(path), specifier)),
    );
    const packages = specifiers.filter((specifier) => !specifier.startsWith('.'));
    return { path, text, imports, packages };
  });

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

describe('imports', () => {
  it('are found in the files', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.find(({ path }) => path === 'handlers/consumer.ts')?.imports).toContain('lib/aws/ledger.ts');
  });

  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    it(`of ${folder} are of ${allowed.join(', ')}`, () => {
      const inner = Object.keys(MAY_IMPORT).filter((other) => isIn(other, folder));
      const wrong = files
        .filter(({ path }) => isIn(path, folder) && !inner.some((other) => isIn(path, other)))
        .flatMap(({ path, imports }) => imports.map((imported) => ({ path, imported })))
        .filter(({ imported }) => !allowed.some((other) => isIn(imported, other)));
      expect(wrong).toEqual([]);
    });
  }

  it('of the AWS SDK are in lib/aws, the embedded cloud, the harness and benchmarks only', () => {
    const paths = files
      .filter(({ packages }) => packages.some((name) => name.startsWith('@aws-sdk/')))
      .map(({ path }) => path);
    const elsewhere = ['lib/aws', 'local', 'harness', 'bench'];
    expect(paths.filter((path) => !elsewhere.some((folder) => isIn(path, folder)))).toEqual([]);
    expect(paths).toContain('lib/aws/clients.ts');
  });

  it('of pg are in lib/database and the embedded cloud only', () => {
    const paths = files.filter(({ packages }) => packages.includes('pg')).map(({ path }) => path);
    expect(paths.filter((path) => !isIn(path, 'local'))).toEqual(['lib/database/postgres-database.ts']);
  });
});

describe('one place', () => {
  const OF_LABS = ['local', 'harness', 'bench'];
  const placesOf = (pattern: RegExp) =>
    files
      .filter(({ path, text }) => !OF_LABS.some((folder) => isIn(path, folder)) && pattern.test(text))
      .map(({ path }) => path);

  it('builds SDK clients', () => {
    expect(placesOf(/\bnew \w+Client\(/)).toEqual(['lib/aws/clients.ts']);
  });

  it('reads the environment', () => {
    expect(placesOf(/\bprocess\.env\b/)).toEqual(['lib/config.ts']);
  });
});
