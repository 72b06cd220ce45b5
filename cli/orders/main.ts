import { Command, CommanderError } from 'commander';
import { EXIT, type ExitStatus, explainFailure } from './exit-status.ts';

/**
 * Runs `orders`.
 *
 * @param args what follows the program's name
 * @returns the exit status
 */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  // The reader has gone, as with `orders … | head`: the rest of the output is dropped.
  process.stdout.on('error', () => process.exit(EXIT.ok));
  const result: { exit: ExitStatus } = { exit: EXIT.ok };
  try {
    const program = await createProgram(args, (exit) => {
      result.exit = exit;
    });
    await program.parseAsync([...args], { from: 'user' });
    return result.exit;
  } catch (error) {
    // Commander has printed the error in the command line, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { text, exit } = explainFailure(error, args.includes('--json'));
    process.stderr.write(text);
    return exit;
  }
}

/** The exports of a command's module: the command as commander knows it, which reports its exit status when it is done. */
interface CommandModule {
  createCommand(onExit: (exit: ExitStatus) => void): Command;
}

/**
 * The commands, by name. Their modules are loaded on demand: the AWS SDK takes half a second, and `--help` should not wait
 * for it.
 */
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<CommandModule> }>> = {
  send: {
    summary: 'generated orders, or those of a file, into the order queue',
    load: () => import('./commands/send.ts'),
  },
  upload: {
    summary: 'order files into the upload bucket, and what became of them',
    load: () => import('./commands/upload.ts'),
  },
  status: {
    summary: 'queues, rates, functions and dead letters, once or all the time',
    load: () => import('./commands/status.ts'),
  },
  throttle: {
    summary: 'invocations of a function at once; pause and resume',
    load: () => import('./commands/throttle.ts'),
  },
  dashboard: {
    summary: 'the live page, in a browser',
    load: () => import('./commands/dashboard.ts'),
  },
  dlq: {
    summary: 'dead letters: list, show, redrive, edit, purge',
    load: () => import('./commands/dlq.ts'),
  },
  inventory: {
    summary: 'stock and backorders of each product',
    load: () => import('./commands/inventory.ts'),
  },
  reconcile: {
    summary: 'whether orders received, confirmed, shipped and sold add up, and --repair where not',
    load: () => import('./commands/reconcile.ts'),
  },
  report: {
    summary: 'what was sold, by product, customer, hour or day',
    load: () => import('./commands/report.ts'),
  },
  restock: {
    summary: 'add stock, which goes to the oldest backorders first',
    load: () => import('./commands/restock.ts'),
  },
  trace: {
    summary: 'what became of an order',
    load: () => import('./commands/trace.ts'),
  },
};

const EPILOGUE = `
Commands are for the embedded cloud that npm start runs in this folder; with --stage, for that stage on AWS.
orders help COMMAND lists a command's options; orders complete bash|zsh|fish prints its completion for a shell.

Exit status: 0 done · 1 something is wrong, or failed · 2 the command line is · 3 out of reach · 130 Ctrl-C
`;

/**
 * Creates the program as commander knows it. Commands that are not run have only their name and summary.
 *
 * @param args what follows the program's name
 * @param onExit called with a command's exit status when it is done
 */
async function createProgram(args: readonly string[], onExit: (exit: ExitStatus) => void): Promise<Command> {
  const program = new Command('orders')
    .description('Sees into the order pipeline and sets right what went wrong.')
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
