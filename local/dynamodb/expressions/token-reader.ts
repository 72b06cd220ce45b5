/** A fault in an expression, without the name of the parameter that contains it. */
export class ExpressionError extends Error {}

interface Token {
  kind: 'name' | 'nameReference' | 'valueReference' | 'number' | 'symbol' | 'end';
  text: string;
  start: number;
}

const TOKEN =
  /\s*(?:(?<nameReference>#\w+)|(?<valueReference>:\w+)|(?<name>[A-Za-z_]\w*)|(?<number>\d+)|(?<symbol><>|<=|>=|[=<>()[\],.+-]))/y;

/** Reads the tokens of one expression, and records the placeholders in it. */
export class TokenReader {
  /** Placeholders that were read, such as `#a` and `:b`. */
  readonly references = new Set<string>();
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.trim() === '') throw new ExpressionError('The expression can not be empty;');
    const end = text.trimEnd().length;
    for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
      const start = TOKEN.lastIndex;
      const groups = Object.entries(TOKEN.exec(text)?.groups ?? {});
      const [kind, value] = groups.find(([, matched]) => matched !== undefined) ?? [];
      if (!kind || value === undefined) {
        this.#tokens.push({ kind: 'end', text: text.slice(start).trimStart()[0] ?? '', start });
        this.#position = this.#tokens.length - 1;
        this.fail();
      }
      this.#tokens.push({ kind: kind as Token['kind'], text: value, start });
    }
  }

  /** Returns the next token, or one after it, without reading it. */
  peek(distance = 0): Token {
    return (
      this.#tokens[this.#position + distance] ?? { kind: 'end', text: '<EOF>', start: this.#text.length }
    );
  }

  next(): Token {
    const token = this.peek();
    if (token.kind === 'end') this.fail();
    this.#position++;
    if (token.kind === 'nameReference' || token.kind === 'valueReference') this.references.add(token.text);
    return token;
  }

  /** Reads a symbol or a keyword in any case, if it is next. */
  accept(text: string): boolean {
    const { kind, text: found } = this.peek();
    if (kind !== 'symbol' && (kind !== 'name' || found.toUpperCase() !== text)) return false;
    if (kind === 'symbol' && found !== text) return false;
    this.#position++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') this.fail();
  }

  /** Throws a syntax error at the next token. */
  fail(): never {
    const from = this.#tokens[Math.max(0, this.#position - 1)]?.start ?? 0;
    const after = this.#tokens[this.#position + 1];
    const to = after
      ? after.start + this.#text.slice(after.start).search(/\S/) + after.text.length
      : undefined;
    const near = this.#text.slice(from, to).trim();
    throw new ExpressionError(`Syntax error; token: "${this.peek().text}", near: "${near}"`);
  }
}
