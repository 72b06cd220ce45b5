import { printable } from '../text.ts';

export type UnreadableFileCode =
  | 'bad_gzip'
  | 'bad_json'
  | 'bad_header'
  | 'duplicate_columns'
  | 'missing_columns'
  | 'not_utf8'
  | 'unknown_format';

/**
 * A file that cannot be read, or not to its end: reading it again would fail the same way. Rows before the fault may
 * have been handed out already.
 */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  readonly code: UnreadableFileCode;

  /** @param message Names the file, the line where it is known, the rule and what was received. */
  constructor(code: UnreadableFileCode, message: string, options?: ErrorOptions) {
    // Object keys may hold any character.
    super(printable(message), options);
    this.code = code;
  }
}
