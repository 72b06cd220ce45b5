import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Runs the `serverless` command.
 *
 * @param directory Directory of serverless.yml, with `node_modules`.
 * @param args Arguments, such as `['package', '--stage', 'dev']`.
 * @param env Variables in addition to those of this process.
 * @throws Error with code `SERVERLESS_FAILED`, the command and the reason that Serverless printed
 */
export async function runServerless(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const program = join(directory, 'node_modules/serverless/bin/serverless.js');
  // The program `env` adds variables to those that the command inherits.
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = [...variables, process.execPath, program, ...args];
  await promisify(execFile)('env', command, { cwd: directory }).catch((error) => {
    // Serverless prints its error on stdout, which is not in the message of the execFile error.
    const [, reason = `${error.stderr}${error.stdout}`] = /^Error:\s*(.*)/ms.exec(error.stdout) ?? [];
    const stage = args[args.indexOf('--stage') + 1];
    const message = `serverless ${args[0]} --stage ${stage}: ${reason.trim()}`;
    throw Object.assign(new Error(message, { cause: error }), { code: 'SERVERLESS_FAILED' });
  });
}
