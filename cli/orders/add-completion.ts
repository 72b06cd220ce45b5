import { readdirSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Names of arguments that are files on this machine. */
const FILE_ARGUMENTS = new Set(['file', 'files']);

/**
 * Names that a shell takes as they stand. Others are left out: bash runs what it finds in proposed words, so a file called
 * `$(…)` must not be among them.
 */
const PLAIN_NAME = /^[\p{L}\p{N}_+@%=,][\p{L}\p{N}._+@%=,-]*$/u;

/**
 * Adds `complete`, which prints a shell's completion script, and answers what that script asks: `complete -- WORD…`, the last
 * of which is being typed.
 *
 * @param program with all of its commands
 * @param args what follows the program's name
 */
export function addCompletion(program: Command, args: readonly string[]): void {
  const typed = args.at(-1) ?? '';
  for (const command of program.commands) {
    // The package proposes choices alone, and its scripts turn off the shell's own file names.
    for (const argument of command.registeredArguments)
      if (FILE_ARGUMENTS.has(argument.name())) argument.argChoices = listPaths(typed);
  }
  tab(program);
}

/** Files and folders that a path may go on with. */
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
