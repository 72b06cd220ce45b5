import { UsageError } from '../program/options.ts';
import { HELP, readCostOptions } from './cost/cost-options.ts';
import { estimate } from './cost/estimate.ts';
import { readSettings } from './cost/read-settings.ts';
import { render, renderJson } from './cost/render.ts';
import { loadTemplate, nameTemplate } from './template/template-source.ts';

/** Exit statuses: success; failure; usage error. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    process.stdout.write(await answer(args));
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function answer(args: readonly string[]): Promise<string> {
  const options = readCostOptions(args);
  if (!options) return HELP;
  const { source, json } = options;
  const settings = readSettings(await loadTemplate(source));
  const result = estimate(settings, options);
  return json ? renderJson(result, settings) : render(result, nameTemplate(source));
}
