import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import { startDashboard } from '../../../dashboard/server/start-dashboard.ts';
import { wholeNumber } from '../../../lib/command-line/whole-number.ts';
import { InvalidInputError } from '../../../lib/invalid-input-error.ts';
import { printable } from '../../../lib/order/received.ts';
import { type CommonOptions, createCommand as create } from '../command.ts';
import { createContext } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';

/** Beside the one at 3000 that `npm start` serves. */
const PORT = '3001';

/** What opens a page in the user's browser, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

interface DashboardOptions extends CommonOptions {
  port: string;
  open?: true;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('dashboard', 'Serves the live page on 127.0.0.1 until Ctrl-C.')
    .option('--port <n>', 'port of the page, 0 for any free one', PORT)
    .option('--open', 'open it in the browser')
    .action(async (options: DashboardOptions) => {
      await dashboard(options);
      onExit(EXIT.ok);
    });
}

/** Ctrl-C is how it is meant to end, so that is no failure. */
async function dashboard({ port: text, open, ...options }: DashboardOptions): Promise<void> {
  const port = wholeNumber('--port', text, 0, 65_535);
  await using context = createContext(options);
  const signal = context.signal();
  const pipeline = await context.open();
  const { url, stop } = await startDashboard({
    pipeline,
    port,
    report: (error) => process.stderr.write(`orders: ${printable((error as Error).message)}\n`),
  }).catch(explainTakenPort);
  const { stage } = pipeline;
  const said = context.json
    ? JSON.stringify({ url, stage })
    : `Live page of stage ${stage}: ${url}\nCtrl-C stops it.`;
  process.stdout.write(`${said}\n`);
  if (open) openInBrowser(url);
  if (!signal.aborted) await once(signal, 'abort');
  await stop();
}

function explainTakenPort(error: NodeJS.ErrnoException & { port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new InvalidInputError(
    `--port: must be a port that is free on 127.0.0.1, received ${error.port}, which another program has`,
  );
}

function openInBrowser(url: string): void {
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const browser = spawn(opener, [url], { stdio: 'ignore', detached: true });
  browser.on('error', ({ message }) =>
    process.stderr.write(`orders: --open: the browser was not opened (${message}): go to ${url}\n`),
  );
  browser.unref();
}
