import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');

/** Files for text, errors and JSON, which import nothing of the project. */
const BASE = ['lib/text.ts', 'lib/errors.ts', 'lib/json.ts'];
/** Files and folders with which functions log and read their settings. */
const SUPPORT = [...BASE, 'lib/observability', 'lib/config.ts'];
/** Adapters of AWS services and databases, and their own imports. */
const SERVICES = [...SUPPORT, 'lib/batch', 'lib/database', 'lib/aws'];

/** Everything that the code of one function may import. */
const FUNCTION = [...SERVICES, 'lib/order', 'lib/order-file', 'lib/records', 'lib/http'];

/**
 * Files and folders of the project that each folder may import, besides its own. The most specific folder of a file
 * applies.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'lib/text.ts': [],
  'lib/errors.ts': [],
  'lib/json.ts': [],
  'lib/config.ts': ['lib/text.ts'],
  'lib/observability': [],
  'lib/batch': [],
  'lib/order': ['lib/text.ts'],
  'lib/order-file': ['lib/order', 'lib/text.ts', 'lib/json.ts'],
  'lib/database': ['lib/errors.ts'],
  'lib/aws': ['lib/batch', 'lib/database', 'lib/order', 'lib/errors.ts'],
  'lib/http': SUPPORT,
  'lib/records': [...SERVICES, 'lib/order'],
  'lib/order-history': [...FUNCTION, 'lib/sales', 'lib/shipping'],
  // Every other folder and file of lib belongs to one function and imports none of another's.
  lib: FUNCTION,
  handlers: ['lib'],
  'topology.ts': [],
  operations: ['lib', 'program', 'topology.ts'],
  program: ['lib/text.ts'],
  runtime: [],
  worker: ['lib', 'handlers', 'program', 'runtime', 'topology.ts'],
  // The page gets its data from its server. They share dashboard/api.ts, which contains only types.
  'dashboard/page': ['dashboard/api.ts', 'lib/json.ts', 'lib/text.ts', 'lib/order', 'topology.ts'],
  dashboard: ['lib', 'operations', 'program/loopback-guard.ts', 'topology.ts'],
  cli: ['dashboard', 'lib', 'operations', 'program', 'topology.ts', 'resources/aurora-max-connections.json'],
  local: ['dashboard', 'handlers', 'lib', 'operations', 'program', 'runtime', 'topology.ts'],
  harness: ['local', 'lib', 'operations', 'program', 'topology.ts'],
  // Benchmarked peers create their own SDK clients, as their documentation shows.
  bench: [
    'harness',
    'local',
    'worker',
    'handlers',
    'lib',
    'operations',
    'program',
    'runtime',
    'cli/table.ts',
  ],
};

interface SourceFile {
  /** Relative to the project's root. */
  path: string;
  text: string;
  /** Imported files of the project, relative to its root. */
  imports: string[];
  /** Specifiers of imported packages. */
  packages: string[];
}

const files: SourceFile[] = [
  ...new Set(Object.keys(MAY_IMPORT).map((folder) => folder.split('/')[0] ?? folder)),
]
  .flatMap((folder) =>
    folder.endsWith('.ts')
      ? [folder]
      : readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
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

/** Returns the folder whose files may import each other: the rule's folder or, in lib, the folder of one function. */
const homeOf = (path: string, folder: string): string =>
  folder === 'lib' ? path.split('/').slice(0, 2).join('/') : folder;

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Returns import circles, each as a list of files that starts and ends with the same one. */
function findCircles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  function visit(path: string, way: readonly string[]): void {
    const start = way.indexOf(path);
    if (start >= 0) circles.push([...way.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const imported of imports.get(path) ?? []) visit(imported, [...way, path]);
    done.add(path);
  }
  for (const path of imports.keys()) visit(path, []);
  return circles;
}

describe('findCircles', () => {
  it('finds a circle of three files, and none in imports that run one way', () => {
    const way = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', []],
    ]);
    expect(findCircles(way)).toEqual([]);
    expect(findCircles(new Map([...way, ['c', ['a']]]))).toEqual([['a', 'b', 'c', 'a']]);
  });
});

describe('imports', () => {
  it('are found in the files', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.find(({ path }) => path === 'handlers/consumer.ts')?.imports).toContain('lib/aws/ledger.ts');
  });

  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    it(`of ${folder} stay within it and ${allowed.join(', ') || 'nothing else'}`, () => {
      const inner = Object.keys(MAY_IMPORT).filter((other) => other !== folder && isIn(other, folder));
      const wrong = files
        .filter(({ path }) => isIn(path, folder) && !inner.some((other) => isIn(path, other)))
        .flatMap(({ path, imports }) => imports.map((imported) => ({ path, imported })))
        .filter(
          ({ path, imported }) => ![homeOf(path, folder), ...allowed].some((other) => isIn(imported, other)),
        );
      expect(wrong).toEqual([]);
    });
  }

  it('reach every file of lib from a function', () => {
    const reached = new Set<string>();
    const follow = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      files.find((file) => file.path === path)?.imports.forEach(follow);
    };
    for (const { path } of files) if (isIn(path, 'handlers')) follow(path);
    const ofLib = files
      .map(({ path }) => path)
      .filter((path) => isIn(path, 'lib') && !path.endsWith('.d.ts'));
    expect(ofLib.filter((path) => !reached.has(path))).toEqual([]);
  });

  it('form no circle', () => {
    expect(findCircles(new Map(files.map(({ path, imports }) => [path, imports])))).toEqual([]);
  });

  it('of the AWS SDK are only in lib/aws, operations/aws, runtime, the embedded cloud, the harness and benchmarks', () => {
    const paths = files
      .filter(({ packages }) => packages.some((name) => name.startsWith('@aws-sdk/')))
      .map(({ path }) => path);
    const elsewhere = ['lib/aws', 'operations/aws', 'runtime', 'local', 'harness', 'bench'];
    expect(paths.filter((path) => !elsewhere.some((folder) => isIn(path, folder)))).toEqual([]);
    expect(paths).toContain('lib/aws/clients.ts');
  });

  it('of pg are only in lib/database and the embedded cloud', () => {
    const paths = files.filter(({ packages }) => packages.includes('pg')).map(({ path }) => path);
    expect(paths.filter((path) => !isIn(path, 'local'))).toEqual(['lib/database/postgres-database.ts']);
  });
});

describe('a single file', () => {
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
