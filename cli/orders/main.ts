import { CommanderError } from 'commander';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { explainFailure } from './explain-failure.ts';
import { createProgram } from './program.ts';

/**
 * Runs `orders`.
 *
 * @param args what follows the program's name
 * @returns the exit status
 */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  // Nobody reads any more, as with `orders … | head`: what is left to say is left unsaid.
  process.stdout.on('error', () => process.exit(EXIT.ok));
  const result: { exit: ExitStatus } = { exit: EXIT.ok };
  try {
    const program = await createProgram(args, (exit) => {
      result.exit = exit;
    });
    await program.parseAsync([...args], { from: 'user' });
    return result.exit;
  } catch (error) {
    // Commander has said what is wrong with the command line, or what was asked of it: help, the version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { text, exit } = explainFailure(error, args.includes('--json'));
    process.stderr.write(text);
    return exit;
  }
}
