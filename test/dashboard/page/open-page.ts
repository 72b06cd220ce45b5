import type { Browser, Page } from 'playwright-core';

export interface OpenPage {
  page: Page;
  /** What must not happen in any case: errors, breaches of the content security policy, requests to other hosts. */
  faults: string[];
  /** Goes to a view by its address, and waits until it is there. */
  visit(hash: string, heading: string): Promise<void>;
}

/** Opens the live page in a tab of its own. */
export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  // Chromium reports breaches of the policy as errors on the console; and requests that were refused, which cases provoke.
  page.on('console', (message) => {
    const isRefusal = /^Failed to load resource: .* status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !isRefusal) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith('data:') && new URL(asked).origin !== new URL(url).origin)
      faults.push(`request to ${asked}`);
  });
  const visit = async (hash: string, heading: string) => {
    await page.goto(new URL(hash, url).href);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  await visit('#/', 'Overview');
  return { page, faults, visit };
}
