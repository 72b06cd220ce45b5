import { Argument, Command } from 'commander';
import { QUEUE_NAMES } from '../../topology.ts';
import { type Context, createContext } from './context.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';

/** A command's answer. */
export interface Answer {
  /** For programs: printed as JSON with `--json`; undefined where the command has printed all of it already. */
  data: unknown;
  /** For people; ends with a line feed. */
  text: string;
  /** Default: 0. */
  exit?: ExitStatus;
}

/** Options that every command has. */
export interface CommonOptions {
  stage?: string;
  region?: string;
  json?: true;
}

/** A command with the options that all have: where the pipeline is, and JSON. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '--stage <name>',
      'a stage on AWS, by the credentials of the environment; the embedded cloud without it',
    )
    .option('--region <name>', "the stage's region (default: the environment's)")
    .option('--json', 'answer in JSON')
    .showSuggestionAfterError()
    .exitOverride();
}

/**
 * Makes an action of what answers a command: prints the answer and closes what was opened.
 *
 * @param run gets what commander gives an action, after the context: arguments, then options
 */
export function answering<Args extends unknown[]>(
  onExit: (exit: ExitStatus) => void,
  run: (context: Context, ...args: Args) => Promise<Answer>,
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

/** Characters that JSON leaves unescaped and a terminal may act on: controls beyond ASCII, and those that reverse text. */
const ACTED_ON = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Formats data as JSON that is harmless on a terminal, too: such characters are written `\uXXXX`. */
export function toJson(data: unknown): string {
  const json = JSON.stringify(data, null, 2);
  return `${json.replace(ACTED_ON, (character) => (character === '\n' ? character : escaped(character)))}\n`;
}

/** Characters beyond U+FFFF are two escapes. */
const escaped = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** @param name `<queue>`, or `[queue]` for an optional argument */
export const queueArgument = (name: '<queue>' | '[queue]', description: string): Argument =>
  new Argument(name, description).choices(QUEUE_NAMES);
