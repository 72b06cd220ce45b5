import { parseOptions } from '../../program/options.ts';
import {
  DEFAULT_STAGE,
  readTemplateSource,
  TEMPLATE_OPTIONS,
  type TemplateSource,
} from '../template/template-source.ts';

/** What `npm run doctor` is asked to do. */
export interface DoctorOptions {
  source: TemplateSource;
  json: boolean;
}

export const HELP = `Usage: npm run doctor -- [options]

Packages the service as for a deployment, examines the CloudFormation template and says what in it would lose orders or let
somebody in. Needs no AWS account. docs/doctor.md tells the rules.

  --stage NAME        stage to package                                  (${DEFAULT_STAGE})
  --region NAME       region to package for                             (as in serverless.yml)
  --param NAME=VALUE  stage parameter; may be given several times
  --template FILE     examine this template, in JSON, instead of packaging one
  --json              print rules and findings as JSON
  --help              show this

Exit status: 0 nothing found, 1 something found, 2 nothing examined.
`;

/**
 * Reads the command line of `npm run doctor`.
 *
 * @returns undefined where it asks for help
 * @throws UsageError that names the option, its rule and the value received
 */
export function readDoctorOptions(args: readonly string[]): DoctorOptions | undefined {
  const values = parseOptions(args, {
    ...TEMPLATE_OPTIONS,
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  return { source: readTemplateSource(values), json: values.json };
}
