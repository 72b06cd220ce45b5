import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** serverless.yml with all of its variables resolved; CloudFormation's own functions are left as they are. */
export interface ServerlessConfiguration {
  service: string;
  custom: Record<string, unknown>;
  provider: { environment?: Record<string, unknown> };
  /** Functions by name, or a list of such maps. */
  functions: Record<string, unknown> | Record<string, unknown>[];
  resources: { Resources?: Record<string, unknown>; Outputs?: Record<string, unknown> }[];
}

/**
 * Resolves a serverless.yml with Serverless's own reader and resolver, as `serverless package` does, but without the
 * rest of it: 70 ms instead of seconds.
 *
 * @param directory that holds serverless.yml
 * @param params stage parameters that override those of the file, as `--param` does
 * @param localOutputs the stack outputs that stage `local` takes its environment from, instead of those on disk
 * @throws Error that names a variable that cannot be resolved
 */
export async function resolveServerlessYml(
  directory: string,
  stage: string,
  params: Readonly<Record<string, string | number>>,
  localOutputs: Readonly<Record<string, string>>,
): Promise<ServerlessConfiguration> {
  const internal = (path: string) => require(`serverless/lib/configuration/${path}.js`);
  const source = (name: string) => internal(`variables/sources/${name}`);

  const configuration = await internal('read')(join(directory, 'serverless.yml'));
  configuration.custom.localOutputs = localOutputs;
  const variablesMeta: Map<string, { error?: Error }> = internal('variables/resolve-meta')(configuration);
  const options = { stage, param: Object.entries(params).map(([name, value]) => `${name}=${value}`) };
  const instance = { configurationInput: configuration, processedInput: { options } };
  const sources = {
    env: source('env'),
    file: source('file'),
    opt: source('opt'),
    self: source('self'),
    strToBool: source('str-to-bool'),
    sls: source('instance-dependent/get-sls')(instance),
    param: source('instance-dependent/param')(instance),
  };
  const fulfilledSources = new Set(Object.keys(sources));
  const context = { serviceDir: directory, configuration, variablesMeta, sources, options, fulfilledSources };
  const isPropertyDeferred = internal('variables/defer-irrelevant-stage-params')(configuration, context);
  await internal('variables/resolve')({ ...context, isPropertyDeferred });
  for (const { error } of variablesMeta.values()) if (error) throw error;
  return configuration;
}
