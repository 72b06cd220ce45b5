import { parseArgs } from 'node:util';

/** What `npm run doctor` is asked to do. */
export interface DoctorOptions {
  stage: string;
  /** serverless.yml's own where it is left out. */
  region: string | undefined;
  /** Stage parameters, such as `consumerConcurrency=7`. */
  params: string[];
  /** Examined instead of what `serverless package` makes. */
  templateFile: string | undefined;
  json: boolean;
  help: boolean;
}

export const HELP = `Usage: npm run doctor -- [options]

Packages the service as for a deployment, examines the CloudFormation template and says what in it would lose orders or let
somebody in. Needs no AWS account. docs/doctor.md tells the rules.

  --stage X        stage to package                                  (dev)
  --region X       region to package for                             (as in serverless.yml)
  --param k=v      stage parameter; may be given several times
  --template FILE  examine this template, in JSON, instead of packaging one
  --json           print rules and findings as JSON
  --help           show this

Exit status: 0 nothing found, 1 something found, 2 nothing examined.
`;

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line of `npm run doctor`.
 *
 * @throws UsageError that names the option, its rule and the value received
 */
export function readDoctorOptions(args: readonly string[]): DoctorOptions {
  const { stage, region, param: params, template: templateFile, json, help } = parse(args);
  const wrong = params.find((text) => !/^\w+=/.test(text));
  if (wrong !== undefined) {
    throw new UsageError(`--param: must be a name, = and a value, received ${wrong || 'nothing'}`);
  }
  if (templateFile !== undefined && (stage ?? region ?? params[0]) !== undefined) {
    throw new UsageError(
      '--template: --stage, --region and --param say what to package, which is not done then',
    );
  }
  return { stage: stage ?? 'dev', region, params, templateFile, json, help };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        stage: { type: 'string' },
        region: { type: 'string' },
        param: { type: 'string', multiple: true, default: [] },
        template: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
