// Not in command.ts, because that loads the AWS SDK, which `orders --help` does not need.

/** Help text of the option `--help`. */
export const HELP_OPTION = 'show this help';

/** Help text of the command `help`. */
export const HELP_COMMAND = 'Show the help of a command';
