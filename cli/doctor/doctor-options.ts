import { parseOptions, UsageError } from '../../program/options.ts';
import {
  DEFAULT_STAGE,
  readTemplateSource,
  TEMPLATE_OPTIONS,
  type TemplateSource,
} from '../template/template-source.ts';

/** The command line of `npm run doctor`. */
export interface DoctorOptions {
  source: TemplateSource;
  json: boolean;
  /** File with the rights that a run of the embedded cloud granted and used, to list instead of checking a template. */
  rights: string | undefined;
}

export const HELP = `Usage: npm run doctor -- [options]

Package the service and check the CloudFormation template for settings that would lose orders or grant too much access.
Needs no AWS account. docs/doctor.md describes the rules.

  --stage NAME        stage to package                           (default: ${DEFAULT_STAGE})
  --region NAME       region to package for                      (default: as in serverless.yml)
  --param NAME=VALUE  stage parameter; repeatable
  --template FILE     check this JSON template instead of packaging the service
  --rights FILE       list the rights that npm start granted and no request used, from the .local/rights.json
                      that it writes when it ends; checks no template
  --json              print rules and findings, or rights, as JSON
  --help              show this help

Exit status: 0 no findings, 1 findings, 2 usage error or no template to check
`;

/**
 * Reads the command line of `npm run doctor`.
 *
 * @returns The options; undefined with `--help`.
 * @throws UsageError if an option is unknown or invalid.
 */
export function readDoctorOptions(args: readonly string[]): DoctorOptions | undefined {
  const values = parseOptions(args, {
    ...TEMPLATE_OPTIONS,
    json: { type: 'boolean', default: false },
    rights: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  if (values.rights === '') throw new UsageError('--rights: must be a file, received nothing');
  return { source: readTemplateSource(values), json: values.json, rights: values.rights };
}
