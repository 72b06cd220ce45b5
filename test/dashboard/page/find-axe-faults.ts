import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe calls serious or critical of a page, a line each. */
export async function findAxeFaults(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the content security policy does not concern.
  await page.evaluate(`if (!window.axe) { ${axe.source} }`);
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}
