import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import { startDashboard } from '../../../dashboard/server/dashboard.ts';
import { InvalidInputError } from '../../../lib/errors.ts';
import { printable } from '../../../lib/text.ts';
import { wholeNumber } from '../../../program/options.ts';
import { type CommandResult, createCommand as create, createAction, toJson } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';

/** Default port. `npm start` serves its own page on 3000. */
const PORT = '3001';

/** The program that opens a URL in the browser, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('dashboard', 'Serve the live page on 127.0.0.1 until Ctrl-C')
    .option('--port <n>', 'port of the page, 0 for any free port', PORT)
    .option('--open', 'open the page in the browser')
    .action(createAction(onExit, dashboard));
}

/** Prints the URL as soon as the page is served. Ctrl-C is the regular way to stop it, so the exit status is then 0. */
async function dashboard(
  { json, open, signal }: Context,
  options: { port: string; open?: true },
): Promise<CommandResult> {
  const port = wholeNumber('--port', options.port, 0, 65_535);
  const stopped = signal();
  const pipeline = await open();
  const report = (error: unknown) =>
    process.stderr.write(`orders: ${printable(error instanceof Error ? error.message : String(error))}\n`);
  const { url, stop } = await startDashboard({ pipeline, port, report }).catch(explainPortInUse);
  const { stage } = pipeline;
  process.stdout.write(
    json ? toJson({ url, stage }) : `Live page of stage ${stage}: ${url}\nPress Ctrl-C to stop.\n`,
  );
  if (options.open) openInBrowser(url);
  if (!stopped.aborted) await once(stopped, 'abort');
  await stop();
  return { data: undefined, text: '' };
}

function explainPortInUse(error: NodeJS.ErrnoException & { port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new InvalidInputError(
    `--port: must be a free port on 127.0.0.1, received ${error.port}, which is in use; --port 0 chooses one`,
  );
}

function openInBrowser(url: string): void {
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const browser = spawn(opener, [url], { stdio: 'ignore', detached: true });
  browser.on('error', ({ message }) =>
    process.stderr.write(`orders: --open: cannot start the browser (${message}); open ${url} in a browser\n`),
  );
  browser.unref();
}
