import { attributeOf, type Item, type Value } from '../values.ts';
import { isReserved } from './reserved-words.ts';
import { ExpressionError, type TokenReader } from './token-reader.ts';

/** Steps to an attribute or into a document. A name that starts with `#` is a placeholder, a number is a list index. */
export type Path = readonly (string | number)[];

/** Names and values by placeholder. */
export interface Bindings {
  names: Readonly<Record<string, string>>;
  values: Readonly<Record<string, Value>>;
}

export function parsePath(reader: TokenReader): Path {
  const steps: (string | number)[] = [parseName(reader)];
  for (;;) {
    if (reader.accept('.')) {
      steps.push(parseName(reader));
    } else if (reader.accept('[')) {
      if (reader.peek().kind !== 'number') reader.fail();
      steps.push(Number(reader.next().text));
      reader.expect(']');
    } else {
      return steps;
    }
  }
}

function parseName(reader: TokenReader): string {
  const { kind, text } = reader.peek();
  if (kind !== 'name' && kind !== 'nameReference') reader.fail();
  if (kind === 'name' && isReserved(text)) {
    throw new ExpressionError(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
  }
  return reader.next().text;
}

/** Replaces the placeholders of a path with the names that they stand for. */
export const resolvePath = (path: Path, { names }: Bindings): Path => path.map((step) => nameOf(step, names));

/** Returns the name that a step stands for. List indexes stay numbers. */
function nameOf(step: string | number, names: Bindings['names']): string | number {
  return typeof step === 'string' && step.startsWith('#') ? (names[step] ?? step) : step;
}

/** Returns the value at a path; undefined if the item has none. */
export function valueAt(item: Item | undefined, path: Path, { names }: Bindings): Value | undefined {
  let value: Value | undefined = item && { M: item };
  for (const step of path) {
    const name = nameOf(step, names);
    value = typeof name === 'number' ? value?.L?.[name] : attributeOf(value?.M, name);
    if (!value) return undefined;
  }
  return value;
}

/** Returns a path as DynamoDB's errors show it. */
export const showPath = (path: Path): string =>
  `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;

/**
 * Checks that no path equals another one or leads into its value.
 *
 * @throws ExpressionError
 */
export function refuseOverlaps(paths: readonly Path[]): void {
  for (const [position, one] of paths.entries()) {
    for (const other of paths.slice(0, position)) {
      const common = Math.min(one.length, other.length);
      if (!one.slice(0, common).every((step, index) => step === other[index])) continue;
      throw new ExpressionError(
        `Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${showPath(other)}, path two: ${showPath(one)}`,
      );
    }
  }
}
