import type { Browser, Page } from 'playwright-core';

export interface OpenPage {
  page: Page;
  /** Errors, violations of the content security policy and requests to other hosts. */
  faults: string[];
  /** Navigates to a view and waits for its heading. */
  visit(hash: string, heading: string): Promise<void>;
}

/** Opens the live page in a new tab. */
export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  // Chromium logs policy violations as console errors, but also 4xx responses, which some tests provoke.
  page.on('console', (message) => {
    const isClientError = /^Failed to load resource: .* status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !isClientError) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const requested = request.url();
    if (!requested.startsWith('data:') && new URL(requested).origin !== new URL(url).origin)
      faults.push(`request to ${requested}`);
  });
  const visit = async (hash: string, heading: string) => {
    await page.goto(new URL(hash, url).href);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  await visit('#/', 'Overview');
  return { page, faults, visit };
}
