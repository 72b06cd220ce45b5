import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');

/** Folders that hold text, errors and JSON: they stand below everything. */
const BASE = ['lib/text.ts', 'lib/errors.ts', 'lib/json.ts'];
/** What functions use to answer, log and read their settings. */
const SUPPORT = [...BASE, 'lib/observability', 'lib/config.ts'];
/** Adapters of the services, and what they stand on. */
const SERVICES = [...SUPPORT, 'lib/batch', 'lib/database', 'lib/aws'];

/** What a function's own code stands on. */
const FUNCTION = [...SERVICES, 'lib/order', 'lib/order-file', 'lib/records', 'lib/http'];

/** The project's own files that each folder may import, itself included; the longest folder that holds a file counts. */
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
  // All other folders and files of lib belong to one function each: none imports another's.
  lib: FUNCTION,
  handlers: ['lib'],
  'topology.ts': [],
  operations: ['lib', 'program', 'topology.ts'],
  program: ['lib/text.ts'],
  runtime: [],
  worker: ['lib', 'handlers', 'program', 'runtime', 'topology.ts'],
  // The page learns everything from its server; both speak dashboard/api.ts, which has types alone.
  'dashboard/page': ['dashboard/api.ts', 'lib/json.ts', 'lib/text.ts', 'lib/order', 'topology.ts'],
  dashboard: ['lib', 'operations', 'topology.ts'],
  cli: ['dashboard', 'lib', 'operations', 'program', 'topology.ts', 'resources/aurora-max-connections.json'],
  local: ['dashboard', 'handlers', 'lib', 'operations', 'program', 'runtime', 'topology.ts'],
  harness: ['local', 'lib', 'operations', 'program', 'topology.ts'],
  // Peers are written as their own documentation shows: with clients of their own.
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
  /** From the project's root. */
  path: string;
  text: string;
  /** Files of ours that it imports, from the project's root. */
  imports: string[];
  /** Packages, as they are written. */
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

/** The folder within which files may import each other: that of the rule, and in lib that of one function. */
const homeOf = (path: string, folder: string): string =>
  folder === 'lib' ? path.split('/').slice(0, 2).join('/') : folder;

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The files that import each other in a circle, each circle from one file back to it. */
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
  it('finds the circle of three files, and none where imports run one way', () => {
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

  it('lead from a function to every file of lib', () => {
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

  it('of the AWS SDK are in lib/aws, operations/aws, runtime, the embedded cloud, the harness and benchmarks only', () => {
    const paths = files
      .filter(({ packages }) => packages.some((name) => name.startsWith('@aws-sdk/')))
      .map(({ path }) => path);
    const elsewhere = ['lib/aws', 'operations/aws', 'runtime', 'local', 'harness', 'bench'];
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
