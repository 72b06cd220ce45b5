import { styleText } from 'node:util';
import { UsageError } from '../program/options.ts';
import { type DoctorOptions, HELP, readDoctorOptions } from './doctor/doctor-options.ts';
import { examine } from './doctor/examine.ts';
import { type Paint, report } from './doctor/report.ts';
import { loadTemplate, nameTemplate } from './template/template-source.ts';

/** Exit statuses: nothing found; something found; nothing examined. */
const EXIT = { clean: 0, findings: 1, notExamined: 2 } as const;

/** Only where a terminal shows it, and nobody has asked for none. */
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

async function run({ source, json }: DoctorOptions): Promise<number> {
  const examination = examine(await loadTemplate(source));
  process.stdout.write(
    json
      ? `${JSON.stringify(examination, undefined, 2)}\n`
      : report(nameTemplate(source), examination, paint),
  );
  return examination.findings.length > 0 ? EXIT.findings : EXIT.clean;
}
