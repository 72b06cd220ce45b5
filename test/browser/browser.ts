import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/** A Chromium or Chrome that can be started. */
export interface FoundBrowser {
  executablePath: string;
  /** Environment variables it needs besides the process's own. */
  env: Record<string, string>;
}

const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** Disables the sandbox, which does not work for root, and background network requests. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-gpu',
];
const FOLDER = import.meta.dirname;
const UNPACKED = join(FOLDER, 'node_modules/.unpacked');

/**
 * Finds the browser of the live page's tests: the one that CHROMIUM_PATH names, the system's, or, on Linux x64, one that npm installs
 * (67 MB; the first time takes about half a minute).
 *
 * @returns The browser; undefined, after a warning on stderr, if the system has none and npm can install none
 * @throws Error when CHROMIUM_PATH names a file that does not exist
 */
export async function findBrowser(): Promise<FoundBrowser | undefined> {
  const named = process.env.CHROMIUM_PATH;
  if (named && !existsSync(named)) throw new Error(`CHROMIUM_PATH: there is no file ${named}`);
  const installed = named || SYSTEM_PATHS.find((path) => existsSync(path));
  if (installed) return { executablePath: installed, env: {} };

  let reason = `npm has none for ${process.platform} ${process.arch}`;
  if (process.platform === 'linux' && process.arch === 'x64') {
    try {
      return await installBrowser();
    } catch (error) {
      reason = `npm could not install one: ${/^npm error (?!code|A complete log)(.+)/m.exec((error as Error).message)?.[1] ?? (error as Error).message}`;
    }
  }
  process.stderr.write(
    `\n*** BROWSER TESTS ARE SKIPPED: no Chromium or Chrome on this system, and ${reason}. Install one, or set CHROMIUM_PATH. ***\n\n`,
  );
  return undefined;
}

async function installBrowser(): Promise<FoundBrowser> {
  const run = promisify(execFile);
  if (!existsSync(UNPACKED)) {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER });
    // Unpacks elsewhere and then renames, so that an interrupted run leaves no incomplete browser.
    const folder = await mkdtemp(join(FOLDER, 'node_modules/.unpacking-'));
    try {
      await run(process.execPath, ['unpack.mjs'], { cwd: FOLDER, env: { ...process.env, TMPDIR: folder } });
      await rename(folder, UNPACKED);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return {
    executablePath: join(UNPACKED, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(UNPACKED, 'al2023/lib'),
      FONTCONFIG_PATH: join(UNPACKED, 'fonts'),
      // Without a locale, this build's default language tag is one that Intl rejects.
      LC_ALL: 'en_US.UTF-8',
    },
  };
}

/** Starts a browser that `findBrowser` found. */
export function launchBrowser({ executablePath, env }: FoundBrowser): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, ...env } });
}
