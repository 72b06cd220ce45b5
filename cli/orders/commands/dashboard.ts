import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import { startDashboard } from '../../../dashboard/server/dashboard.ts';
import { InvalidInputError } from '../../../lib/errors.ts';
import { printable } from '../../../lib/text.ts';
import { wholeNumber } from '../../../program/options.ts';
import { type Answer, answering, createCommand as create, toJson } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';

/** Beside the one at 3000 that `npm start` serves. */
const PORT = '3001';

/** What opens a page in the user's browser, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('dashboard', 'Serves the live page on 127.0.0.1 until Ctrl-C.')
    .option('--port <n>', 'port of the page, 0 for any free one', PORT)
    .option('--open', 'open it in the browser')
    .action(answering(onExit, dashboard));
}

/** Says where the page is as soon as it is there. Ctrl-C is how it is meant to end, so that is no failure. */
async function dashboard(
  { json, open, signal }: Context,
  options: { port: string; open?: true },
): Promise<Answer> {
  const port = wholeNumber('--port', options.port, 0, 65_535);
  const stopped = signal();
  const pipeline = await open();
  const report = (error: unknown) =>
    process.stderr.write(`orders: ${printable(error instanceof Error ? error.message : String(error))}\n`);
  const { url, stop } = await startDashboard({ pipeline, port, report }).catch(explainTakenPort);
  const { stage } = pipeline;
  process.stdout.write(
    json ? toJson({ url, stage }) : `Live page of stage ${stage}: ${url}\nCtrl-C stops it.\n`,
  );
  if (options.open) openInBrowser(url);
  if (!stopped.aborted) await once(stopped, 'abort');
  await stop();
  return { data: undefined, text: '' };
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
