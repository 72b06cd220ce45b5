import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Returns the serious and critical accessibility violations that axe finds, one line each. */
export async function findAxeViolations(page: Page): Promise<string[]> {
  // Evaluated over the debugging protocol, which bypasses the content security policy.
  await page.evaluate(`if (!window.axe) { ${axe.source} }`);
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}
