/** Parses JSON; returns undefined for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A string; a bracket, comma or colon; or any other token. JSON has only these and white space. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;
const INDENT = '  ';

/**
 * Indents JSON token by token. `JSON.stringify(JSON.parse(…))` would change long numbers and drop repeated names.
 *
 * @returns Indented JSON; undefined for text that is not JSON.
 */
export function prettyJson(text: string): string | undefined {
  if (parseJson(text) === undefined) return undefined;
  let pretty = '';
  let depth = 0;
  const newLine = () => `\n${INDENT.repeat(depth)}`;
  const tokens = text.match(TOKEN) ?? [];
  for (const [index, token] of tokens.entries()) {
    const isEmpty = opens(tokens[index - 1]);
    if (opens(token)) {
      if (isEmpty) pretty += newLine();
      depth++;
      pretty += token;
    } else if (token === '}' || token === ']') {
      depth--;
      pretty += isEmpty ? token : `${newLine()}${token}`;
    } else if (token === ',') pretty += `,${newLine()}`;
    else if (token === ':') pretty += ': ';
    else pretty += isEmpty ? `${newLine()}${token}` : token;
  }
  return pretty;
}

const opens = (token: string | undefined): boolean => token === '{' || token === '[';
