const SHOWN_CHARACTERS = 80;

/** What could break a log line or reorder it on a screen: controls, format and private characters, lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

/** Text with every character that a terminal or a log reader could act on written as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The value that broke a rule, as an error message shows it: short, on one line, safe to print. */
export function received(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value).slice(0, SHOWN_CHARACTERS);
  if (value.length <= SHOWN_CHARACTERS) return `"${printable(value)}"`;
  return `"${printable(value.slice(0, SHOWN_CHARACTERS))}…" (${value.length} characters)`;
}

/** The name of a field that somebody else has chosen, as an error message shows it: short, safe to print. */
export const nameOf = (field: string): string =>
  printable(field.length <= SHOWN_CHARACTERS ? field : `${field.slice(0, SHOWN_CHARACTERS)}…`);

/** Faults that a message names; who has more than that has misunderstood something as a whole. */
const NAMED = 20;

/**
 * What is wrong with an input as one message, of a bounded length however much is wrong: an answer of more than 6 MB is
 * none, since Lambda fails it.
 */
export function joinFaults(faults: readonly string[]): string {
  const more = faults.length - NAMED;
  return [...faults.slice(0, NAMED), ...(more > 0 ? [`and ${more.toLocaleString('en')} more`] : [])].join(
    '; ',
  );
}
