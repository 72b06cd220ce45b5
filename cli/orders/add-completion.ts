import { readdirSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Names of the arguments whose values are local files. */
const FILE_ARGUMENTS = new Set(['file', 'files']);

/**
 * File names that need no quoting in a shell. Others are not proposed: bash would run the command in a file name such as
 * `$(…)`.
 */
const PLAIN_NAME = /^[\p{L}\p{N}_+@%=,][\p{L}\p{N}._+@%=,-]*$/u;

/**
 * Adds the command `complete`. `complete SHELL` prints a completion script, which calls `complete -- WORD…` to complete the
 * last word.
 *
 * @param program The program with all of its commands.
 * @param args The command line after the program's name.
 */
export function addCompletion(program: Command, args: readonly string[]): void {
  const typed = args.at(-1) ?? '';
  for (const command of program.commands) {
    // The package proposes only choices, and its scripts disable the shell's own file completion.
    for (const argument of command.registeredArguments)
      if (FILE_ARGUMENTS.has(argument.name())) argument.argChoices = listPaths(typed);
  }
  tab(program);
}

/** Lists the files and folders in the folder of a path. */
function listPaths(typed: string): string[] {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  try {
    return readdirSync(folder || '.', { withFileTypes: true })
      .filter(({ name }) => PLAIN_NAME.test(name))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`);
  } catch {
    return [];
  }
}
