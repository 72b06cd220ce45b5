import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';

const PROJECT = resolve(import.meta.dirname, '../..');
const { functionOptions } = createRequire(import.meta.url)('../../esbuild.config.cjs') as {
  functionOptions: BuildOptions;
};

/** A bundle that exports a handler. */
export interface Bundle {
  file: string;
  exportName: string;
  /** Zipped size in units of 1,000 bytes. */
  zipKb: number;
}

/** Matches the module of an SDK package that defines the client class. */
const CLIENT_MODULE = /node_modules\/(@aws-sdk\/client-[\w-]+)\/.*\/(\w+Client)\.js$/;

/** Returns package and class names of the SDK clients in a bundle. */
function clientsIn({ outputs }: Metafile): [string, string][] {
  const [output] = Object.values(outputs);
  return Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]): [string, string][] => {
    const [, name, client] = CLIENT_MODULE.exec(path) ?? [];
    return name && client && bytesInOutput > 0 ? [[name, client]] : [];
  });
}

/** @throws Error if the function uses no SDK client, since there is nothing to compare then */
function bareHandler(clients: readonly [string, string][], functionName: string): string {
  if (clients.length === 0)
    throw new Error(`${functionName}: its bundle must contain an SDK client, found none`);
  const lines = clients.map(
    ([name, client]) => `import { ${client} } from '${name}'; export const a${client} = new ${client}({});`,
  );
  return [...lines, 'export const handler = async () => undefined;'].join('\n');
}

/**
 * Bundles a function as for AWS, and a bare handler that only creates the same SDK clients.
 *
 * @param handler The handler in `serverless.yml`, such as `handlers/consumer.handler`.
 * @param folder Directory for the bundles.
 */
export async function bundlePair(
  functionName: string,
  handler: string,
  folder: string,
): Promise<{ whole: Bundle; bare: Bundle; clients: string[] }> {
  const [path, exportName = ''] = handler.split('.');
  const options = { ...functionOptions, minify: true, metafile: true } as const;
  const file = join(folder, `${functionName}.mjs`);
  const { metafile } = await build({ ...options, entryPoints: [join(PROJECT, `${path}.ts`)], outfile: file });
  const clients = clientsIn(metafile);
  const bareFile = join(folder, `${functionName}.bare.mjs`);
  const stdin = { contents: bareHandler(clients, functionName), resolveDir: PROJECT };
  await build({ ...options, stdin, outfile: bareFile });
  return {
    whole: { file, exportName, zipKb: await zipKbOf(file) },
    bare: { file: bareFile, exportName: 'handler', zipKb: await zipKbOf(bareFile) },
    clients: clients.map(([, client]) => client),
  };
}

/** Returns the size of the zip file that Serverless creates, without some hundred bytes of file names. */
async function zipKbOf(file: string): Promise<number> {
  return deflateRawSync(await readFile(file), { level: 9 }).length / 1_000;
}

/** Duration of an import in a separate process: elapsed time, and CPU time of all threads. */
export interface ImportTime {
  importMs: number;
  cpuMs: number;
}

/** JavaScript rather than TypeScript, so that Node does not load its type stripper first. */
const MEASURE = `
  const [file, exportName] = process.argv.slice(1);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { [exportName]: handler } = await import(file);
  const importMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ importMs, cpuMs: (user + system) / 1_000, handler: typeof handler }));
  process.exit();
`;

/**
 * Imports a bundle in a fresh process without a compile cache, as a new execution environment does.
 *
 * @param environment The function's environment; this process's environment is not inherited.
 * @throws Error if the bundle cannot be imported or does not export a handler
 */
export async function timeImport(
  { file, exportName }: Bundle,
  environment: Readonly<Record<string, string>>,
): Promise<ImportTime> {
  const args = ['--input-type=module', '--eval', MEASURE, file, exportName];
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    ...environment,
  };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const { handler, ...time } = JSON.parse(stdout) as ImportTime & { handler: string };
  if (handler !== 'function')
    throw new Error(`${file}: ${exportName} must be a function, received ${handler}`);
  return time;
}
