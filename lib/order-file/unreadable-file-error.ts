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
 * A file that cannot be read to its end. Reading it again would fail in the same way. Rows before the error may have been
 * yielded already.
 */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  readonly code: UnreadableFileCode;

  /** @param message Names the file, the line if known, the rule and the received value. */
  constructor(code: UnreadableFileCode, message: string, options?: ErrorOptions) {
    // Object keys may contain any character.
    super(printable(message), options);
    this.code = code;
  }
}
