import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** A browser for pages of our own only: no sandbox, which root may not have, and nothing that calls home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-gpu',
];

/**
 * Starts Chromium.
 *
 * @throws Error that says how to get one where there is none
 */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env.CHROMIUM_PATH;
  const executablePath = named ?? USUAL_PATHS.find((path) => existsSync(path));
  if (!executablePath || !existsSync(executablePath)) {
    throw new Error(
      `No browser: ${named ? `there is no file ${named}, which CHROMIUM_PATH names` : `none of ${USUAL_PATHS.join(', ')} is there`}. ` +
        'The live page is tested in Chromium: apt-get install -y --no-install-recommends chromium, or set CHROMIUM_PATH to the one that you have.',
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
