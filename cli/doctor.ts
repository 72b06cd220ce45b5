import { styleText } from 'node:util';
import { UsageError } from '../program/options.ts';
import { type DoctorOptions, HELP, readDoctorOptions } from './doctor/doctor-options.ts';
import { examine } from './doctor/examine.ts';
import { type Paint, report } from './doctor/report.ts';
import { readUnusedRights, renderUnused } from './doctor/rights.ts';
import { loadTemplate, nameTemplate } from './template/template-source.ts';

/** Exit statuses: no findings; findings; the template was not examined. */
const EXIT = { clean: 0, findings: 1, notExamined: 2 } as const;

/** Colors text, except with NO_COLOR or if stdout is not a terminal. */
const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readDoctorOptions(args);
    if (options) return await run(options);
    process.stdout.write(HELP);
    return EXIT.clean;
  } catch (error) {
    const { message } = error as Error;
    const hint = error instanceof UsageError ? '\nnpm run doctor -- --help lists the options.' : '';
    process.stderr.write(`${message}${hint}\n`);
    return EXIT.notExamined;
  }
}

async function run({ source, json, rights }: DoctorOptions): Promise<number> {
  if (rights !== undefined) {
    const unused = await readUnusedRights(rights);
    process.stdout.write(json ? `${JSON.stringify(unused, undefined, 2)}\n` : renderUnused(unused));
    return unused.some(({ reason }) => reason === undefined) ? EXIT.findings : EXIT.clean;
  }
  const examination = examine(await loadTemplate(source));
  process.stdout.write(
    json
      ? `${JSON.stringify(examination, undefined, 2)}\n`
      : report(nameTemplate(source), examination, paint),
  );
  return examination.findings.length > 0 ? EXIT.findings : EXIT.clean;
}
