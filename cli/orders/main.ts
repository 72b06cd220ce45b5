import { Command, CommanderError } from 'commander';
import { EXIT, type ExitStatus, explainFailure } from './exit-status.ts';
import { HELP_COMMAND, HELP_OPTION } from './help.ts';

/**
 * Runs `orders`.
 *
 * @param args The command line after the program's name.
 * @returns The exit status.
 */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  // The reader closed the pipe, as in `orders … | head`: drop the rest of the output.
  process.stdout.on('error', () => process.exit(EXIT.ok));
  const result: { exit: ExitStatus } = { exit: EXIT.ok };
  try {
    const program = await createProgram(args, (exit) => {
      result.exit = exit;
    });
    await program.parseAsync([...args], { from: 'user' });
    return result.exit;
  } catch (error) {
    // Commander has already printed the usage error or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { text, exit } = explainFailure(error, args.includes('--json'));
    process.stderr.write(text);
    return exit;
  }
}

/** The exports of a command's module. The command calls `onExit` when it ends. */
interface CommandModule {
  createCommand(onExit: (exit: ExitStatus) => void): Command;
}

/**
 * The commands, by name. Their modules are loaded on demand: loading the AWS SDK takes half a second, and `--help` does not
 * need it.
 */
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<CommandModule> }>> = {
  send: {
    summary: 'Send generated orders or an order file to the order queue',
    load: () => import('./commands/send.ts'),
  },
  upload: {
    summary: 'Upload order files and show how they were ingested',
    load: () => import('./commands/upload.ts'),
  },
  status: {
    summary: 'Show queues, rates, functions and dead letters',
    load: () => import('./commands/status.ts'),
  },
  throttle: {
    summary: "Show or set a function's maximum concurrency, pause or resume it",
    load: () => import('./commands/throttle.ts'),
  },
  dashboard: {
    summary: 'Serve the live page',
    load: () => import('./commands/dashboard.ts'),
  },
  dlq: {
    summary: 'List, show, redrive, edit and purge dead letters',
    load: () => import('./commands/dlq.ts'),
  },
  inventory: {
    summary: 'Show stock, scheduled shipments and backorders by product',
    load: () => import('./commands/inventory.ts'),
  },
  reconcile: {
    summary:
      'Check that every received order was confirmed, shipped and recorded as a sale; --repair replays what is missing',
    load: () => import('./commands/reconcile.ts'),
  },
  report: {
    summary: 'Show sales by product, customer, hour or day',
    load: () => import('./commands/report.ts'),
  },
  restock: {
    summary: 'Add stock, which is assigned to the oldest backorders first',
    load: () => import('./commands/restock.ts'),
  },
  trace: {
    summary: 'Show the history of an order',
    load: () => import('./commands/trace.ts'),
  },
};

const EPILOGUE = `
Without --stage, commands work on the embedded cloud that npm start runs in this folder; with --stage NAME, on AWS.
Run orders help COMMAND for the options of a command, and orders complete bash|zsh|fish for a completion script.

Exit status: 0 success, 1 problem found or command failed, 2 usage error, 3 pipeline unreachable, 130 Ctrl-C
`;

/**
 * Creates the commander program. Only the command that `args` names is loaded; others have just a name and a summary.
 *
 * @param args The command line after the program's name.
 * @param onExit Called with the exit status when a command ends.
 */
async function createProgram(args: readonly string[], onExit: (exit: ExitStatus) => void): Promise<Command> {
  const program = new Command('orders')
    .description('Operate the order pipeline: send orders, watch queues, trace, redrive, reconcile.')
    .helpOption('-h, --help', HELP_OPTION)
    .helpCommand('help [command]', HELP_COMMAND)
    .addHelpText('after', EPILOGUE)
    .showSuggestionAfterError()
    .exitOverride();
  const asked = args.filter((arg) => !arg.startsWith('-'));
  const completes = asked[0] === 'complete';
  const wanted = asked[0] === 'help' ? asked[1] : asked[0];
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    if (completes || name === wanted)
      program.addCommand((await load()).createCommand(onExit).summary(summary));
    else program.command(name).description(summary);
  }
  if (completes) (await import('./add-completion.ts')).addCompletion(program, args);
  return program;
}
