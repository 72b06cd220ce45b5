// This file is separate from command.ts, which loads the AWS SDK: `orders --help` does not need that.

/** Help text of the option `--help`. */
export const HELP_OPTION = 'show this help';

/** Help text of the command `help`. */
export const HELP_COMMAND = 'Show the help of a command';
