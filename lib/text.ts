const SHOWN_CHARACTERS = 80;

/** Characters that could break or reorder a log line: control, format and private-use characters, lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

/** Escapes every character that a terminal or a log viewer could act on as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Formats an invalid value for an error message: short, on one line, safe to print. */
export function received(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value).slice(0, SHOWN_CHARACTERS);
  if (value.length <= SHOWN_CHARACTERS) return `"${printable(value)}"`;
  return `"${printable(value.slice(0, SHOWN_CHARACTERS))}…" (${value.length} characters)`;
}

/** Formats a field name from untrusted input for an error message: short, safe to print. */
export const nameOf = (field: string): string =>
  printable(field.length <= SHOWN_CHARACTERS ? field : `${field.slice(0, SHOWN_CHARACTERS)}…`);

/**
 * Formats the part of an error message that follows an unknown name.
 *
 * @param known The names that are accepted.
 */
export const unknownName = (known: readonly string[]): string =>
  `is unknown, ${known.length > 0 ? `use one of ${known.join(', ')}` : 'nothing is accepted'}`;

/** Maximum number of faults in a message. A longer list would not help the caller. */
const MAX_LISTED = 20;

/**
 * Joins the faults of an input to one message. Its length is bounded, since Lambda fails a response of more than 6 MB.
 */
export function joinFaults(faults: readonly string[]): string {
  const more = faults.length - MAX_LISTED;
  return [
    ...faults.slice(0, MAX_LISTED),
    ...(more > 0 ? [`and ${more.toLocaleString('en')} more`] : []),
  ].join('; ');
}
