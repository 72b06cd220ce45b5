import { Argument, Command } from 'commander';
import { QUEUE_NAMES } from '../../topology.ts';
import { type Context, createContext } from './context.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { HELP_OPTION } from './help.ts';

/** The output and exit status of a command. */
export interface CommandResult {
  /** Printed as JSON with `--json`. Undefined if the command has already printed its output. */
  data: unknown;
  /** Printed without `--json`. Ends with a line feed. */
  text: string;
  /** Default: 0. */
  exit?: ExitStatus;
}

/** The options that all commands share. */
export interface CommonOptions {
  stage?: string;
  region?: string;
  json?: true;
}

/** Creates a command with the options that all commands share. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '--stage <name>',
      'stage on AWS, accessed with the credentials of the environment (default: the embedded cloud)',
    )
    .option('--region <name>', 'region of the stage (default: from the environment)')
    .option('--json', 'print JSON')
    .helpOption('-h, --help', HELP_OPTION)
    .showSuggestionAfterError()
    .exitOverride();
}

/**
 * Creates the action of a command: runs it, prints its result and closes the pipeline.
 *
 * @param onExit Called with the exit status.
 * @param run Called with the context and the arguments that commander passes to an action.
 */
export function createAction<Args extends unknown[]>(
  onExit: (exit: ExitStatus) => void,
  run: (context: Context, ...args: Args) => Promise<CommandResult>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...all) => {
    const args = all.slice(0, -1) as Args;
    const command = all.at(-1) as Command;
    const options = command.optsWithGlobals<CommonOptions>();
    await using context = createContext(options);
    const { data, text, exit = EXIT.ok } = await run(context, ...args);
    if (!options.json) process.stdout.write(text);
    else if (data !== undefined) process.stdout.write(toJson(data));
    onExit(exit);
  };
}

/** Characters that JSON does not escape but a terminal may interpret, such as C1 controls and bidirectional overrides. */
const TERMINAL_CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Formats data as JSON that is safe to print on a terminal: control characters are escaped as `\uXXXX`. */
export function toJson(data: unknown): string {
  const json = JSON.stringify(data, null, 2);
  return `${json.replace(TERMINAL_CONTROLS, (character) => (character === '\n' ? character : escaped(character)))}\n`;
}

/** Escapes each UTF-16 code unit. */
const escaped = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** @param name `<queue>`, or `[queue]` if the argument is optional. */
export const queueArgument = (name: '<queue>' | '[queue]', description: string): Argument =>
  new Argument(name, description).choices(QUEUE_NAMES);
