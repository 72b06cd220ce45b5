import { UsageError } from '../program/options.ts';
import { HELP, readWorkerOptions, type WorkerOptions } from './worker-options.ts';

/** Exit statuses besides those of `runWorker`: help was printed; the command line is wrong. */
const EXIT = { ok: 0, usage: 2 } as const;

// Exit explicitly: the handler of an overdue batch would keep the event loop alive.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  let options: WorkerOptions | undefined;
  try {
    options = readWorkerOptions(args);
    if (options?.settingsFile) loadSettings(options.settingsFile);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nSee --help\n`);
    return EXIT.usage;
  }
  if (options) {
    // This import comes late, because the logger reads settings when its module is evaluated.
    const { runWorker } = await import('./run-worker.ts');
    return runWorker(options);
  }
  process.stdout.write(HELP);
  return EXIT.ok;
}

function loadSettings(file: string): void {
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new UsageError(
      `--settings: cannot read ${file} (${(error as Error).message}), give a file of NAME=value lines`,
    );
  }
}
