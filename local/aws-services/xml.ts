const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Parsers turn a bare carriage return into a line feed.
  '\r': '&#13;',
};

/** Characters that need an entity, and those that XML 1.0 forbids even as a reference: https://www.w3.org/TR/xml/#charsets */
const SPECIAL = /[&<>"\r]|[^\t\n -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Escapes text for XML. Characters that XML forbids become U+FFFD, so that every parser can read the rest. */
export function escapeXml(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES[character] ?? '\uFFFD');
}
