/** What JSON may hold as it is, and a terminal could act on: control characters beyond ASCII, and what turns text around. */
const ACTED_ON = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A document for programs that does no harm on a terminal either: such characters are written `\uXXXX`. */
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
