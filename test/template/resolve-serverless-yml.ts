import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ServerlessConfiguration } from '../../local/stack/package-stack.ts';

const require = createRequire(import.meta.url);

/**
 * Resolves a serverless.yml with the reader and the resolver of Serverless, which are internal to it. It takes 70 ms, where a
 * `serverless` command takes seconds.
 *
 * @param directory Directory of serverless.yml.
 * @param params Stage parameters that override those of the file, like `--param`.
 * @param localOutputs Stack outputs for the environment of stage `local`, instead of those in outputs.json.
 * @throws Error with the variable that cannot be resolved
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
