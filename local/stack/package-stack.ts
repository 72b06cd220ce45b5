import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runServerless } from '../../program/run-serverless.ts';
import { findCache, removeUnused, touch, writeAtomically } from '../cache.ts';
import { listSources, type Sources } from './list-sources.ts';

/** serverless.yml with all variables resolved. CloudFormation functions are unchanged. */
export interface ServerlessConfiguration {
  service: string;
  provider: { environment?: Record<string, unknown> };
  /** Functions by name, or a list of such maps. */
  functions: Record<string, unknown> | Record<string, unknown>[];
  resources: ResourceSection | ResourceSection[];
}

/** A part of the section `resources`. */
export interface ResourceSection {
  Resources?: Record<string, unknown>;
  Outputs?: Record<string, unknown>;
}

/** A CloudFormation template, as Serverless writes it. */
export interface PackagedTemplate {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Outputs: Record<string, { Value: unknown }>;
}

/** The stack for stage `local`, before its outputs are known. */
export interface PackagedStack {
  /** The environment of functions has {@link fillOutputs placeholders} for the stack's outputs. */
  configuration: ServerlessConfiguration;
  /** The template that `serverless deploy` would deploy to stage `local`. */
  template: PackagedTemplate;
}

const STAGE = 'local';
const CACHE = 'stack';
const TEMPLATE_FILE = 'cloudformation-template-update-stack.json';
const CONFIGURATION_FILE = 'configuration.json';

/** Outputs of the embedded cloud alone, and the mark by which plugins/stack-outputs.cjs adds those of the stack. */
const PLACEHOLDERS = {
  placeholders: true,
  AwsEndpointUrl: '{{AwsEndpointUrl}}',
  DynamoDbEndpointUrl: '{{DynamoDbEndpointUrl}}',
};

/**
 * Returns the stack as `serverless package` makes it for stage `local`, from a cache if the same sources were packaged before.
 * Packaging takes seconds, reading the cache milliseconds. The code of functions is not packaged.
 *
 * @param directory Directory of serverless.yml.
 * @param params Stage parameters that override those of the file, like `--param`.
 * @param localDirectory Directory for the cache if `node_modules` is read-only. Default: the temporary directory.
 * @throws Error with code `SERVERLESS_FAILED` and the message of Serverless, for example for a parameter that it refuses
 */
export async function packageStack(
  directory: string,
  params: Readonly<Record<string, string | number>> = {},
  localDirectory: string = tmpdir(),
): Promise<PackagedStack> {
  const sources = listSources(directory);
  const key = await hashOf(directory, sources, params);
  const cache = await findCache(CACHE, localDirectory);
  const file = join(cache, `${key}.json`);
  const cached = await readFile(file, 'utf8').catch(() => undefined);
  if (cached !== undefined) {
    await touch(file);
    return JSON.parse(cached);
  }
  const packaged = await packageCopy(directory, sources, params);
  await removeUnused(cache);
  await writeAtomically(file, JSON.stringify(packaged));
  return packaged;
}

/** Replaces the placeholders in a value by outputs. Outputs that exist only on AWS become empty. */
export function fillOutputs<Value>(value: Value, outputs: Readonly<Record<string, string>>): Value {
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => outputs[name] ?? '');
  return JSON.parse(JSON.stringify(value), (_, each) => (typeof each === 'string' ? fill(each) : each));
}

async function hashOf(directory: string, { files, variables }: Sources, params: object): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(params).sort()));
  const own = environmentOf('');
  for (const name of variables) hash.update(`\0${name}=${own[name] ?? process.env[name] ?? ''}`);
  // npm changes this file with every package that it installs or removes.
  const packages = await readFile(join(directory, 'node_modules/.package-lock.json')).catch(() => '');
  // This module decides which parts of a package are kept.
  const code = await readFile(import.meta.filename);
  hash.update(`\0${process.version}\0`).update(packages).update(code);
  for (const [path, content] of files) hash.update(`\0${path}\0`).update(content);
  return hash.digest('hex');
}

/** Returns the variables with which the copy of the sources is packaged, whatever their values in this process. */
const environmentOf = (folder: string): Record<string, string> => ({
  // serverless-esbuild leaves a folder for each function in the temporary directory.
  TMPDIR: folder,
  ORDER_PIPELINE_LOCAL_DIR: folder,
  ORDER_PIPELINE_CONFIGURATION: join(folder, CONFIGURATION_FILE),
});

/** Packages a copy of the sources, because Serverless and its plugins write into the directory of serverless.yml. */
async function packageCopy(
  directory: string,
  { files }: Sources,
  params: Readonly<Record<string, string | number>>,
): Promise<PackagedStack> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-package-'));
  try {
    for (const path of files.keys()) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await cp(join(directory, path), join(folder, path));
    }
    await symlink(join(directory, 'node_modules'), join(folder, 'node_modules'));
    await cp(join(directory, 'package.json'), join(folder, 'package.json'));
    await mkdir(join(folder, 'handlers'));
    for (const name of await readdir(join(directory, 'handlers')))
      await writeFile(join(folder, 'handlers', name), 'export const handler = async () => undefined;\n');
    await writeFile(join(folder, 'outputs.json'), JSON.stringify(PLACEHOLDERS));
    const args = ['package', '--stage', STAGE];
    for (const [name, value] of Object.entries(params)) args.push('--param', `${name}=${value}`);
    await runServerless(folder, args, environmentOf(folder));
    const read = async (path: string) => JSON.parse(await readFile(join(folder, path), 'utf8'));
    const { service, provider, functions, resources } = await read(CONFIGURATION_FILE);
    const { Resources, Outputs } = await read(join('.serverless', TEMPLATE_FILE));
    return { configuration: { service, provider, functions, resources }, template: { Resources, Outputs } };
  } finally {
    await rm(folder, { recursive: true });
  }
}
