import { validationError } from '../dynamodb-error.ts';
import { addNumbers, subtractNumbers } from '../numbers.ts';
import { attributeOf, type Item, type SetType, setAttribute, typeOf, type Value } from '../values.ts';
import { type Bindings, type Path, parsePath, refuseOverlaps, resolvePath, valueAt } from './path.ts';
import { ExpressionError, type TokenReader } from './token-reader.ts';

/* https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html */

type Operand =
  | { path: Path }
  | { value: string }
  | { ifNotExists: Path; otherwise: Operand }
  | { appended: [Operand, Operand] };

type NewValue = Operand | { operator: '+' | '-'; left: Operand; right: Operand };

/** The sections of an update expression. */
export interface Update {
  sets: { path: Path; value: NewValue }[];
  removes: Path[];
  adds: { path: Path; value: string }[];
  deletes: { path: Path; value: string }[];
}

const SECTIONS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

export function parseUpdate(reader: TokenReader): Update {
  const update: Update = { sets: [], removes: [], adds: [], deletes: [] };
  const seen = new Set<string>();
  do {
    const section = SECTIONS.find((keyword) => reader.accept(keyword)) ?? reader.fail();
    if (seen.has(section)) {
      throw new ExpressionError(`The "${section}" section can only be used once in an update expression;`);
    }
    seen.add(section);
    do parseAction(section, reader, update);
    while (reader.accept(','));
  } while (reader.peek().kind !== 'end');
  return update;
}

function parseAction(section: (typeof SECTIONS)[number], reader: TokenReader, update: Update): void {
  const path = parsePath(reader);
  if (section === 'REMOVE') {
    update.removes.push(path);
  } else if (section === 'SET') {
    reader.expect('=');
    update.sets.push({ path, value: parseNewValue(reader) });
  } else {
    if (reader.peek().kind !== 'valueReference') reader.fail();
    update[section === 'ADD' ? 'adds' : 'deletes'].push({ path, value: reader.next().text });
  }
}

function parseNewValue(reader: TokenReader): NewValue {
  if (reader.accept('(')) {
    const value = parseNewValue(reader);
    reader.expect(')');
    return value;
  }
  const left = parseOperand(reader);
  const operator = reader.accept('+') ? '+' : reader.accept('-') ? '-' : undefined;
  return operator ? { operator, left, right: parseOperand(reader) } : left;
}

function parseOperand(reader: TokenReader): Operand {
  const { kind, text } = reader.peek();
  if (kind === 'valueReference') return { value: reader.next().text };
  if (kind !== 'name' || reader.peek(1).text !== '(') return { path: parsePath(reader) };
  if (text !== 'if_not_exists' && text !== 'list_append') {
    throw new ExpressionError(`Invalid function name; function: ${text}`);
  }
  reader.next();
  reader.expect('(');
  const first = parseOperand(reader);
  reader.expect(',');
  const second = parseOperand(reader);
  reader.expect(')');
  if (text === 'list_append') return { appended: [first, second] };
  if ('path' in first) return { ifNotExists: first.path, otherwise: second };
  throw new ExpressionError(`Operator or function requires a document path; operator or function: ${text}`);
}

/** Returns the paths that an update changes, without placeholders. */
export function updatedPaths({ sets, removes, adds, deletes }: Update, bindings: Bindings): Path[] {
  const paths = [...sets.map(({ path }) => path), ...removes];
  return [...paths, ...[...adds, ...deletes].map(({ path }) => path)].map((path) =>
    resolvePath(path, bindings),
  );
}

/**
 * Checks an update's paths and the types of its values, as far as they are known without an item.
 *
 * @throws ExpressionError
 */
export function checkUpdate(update: Update, bindings: Bindings): void {
  refuseOverlaps(updatedPaths(update, bindings));
  for (const [operator, actions] of [['ADD', update.adds] as const, ['DELETE', update.deletes] as const]) {
    for (const { value } of actions) {
      const type = typeOf(bindings.values[value] ?? {});
      if (isSet(type) || (type === 'N' && operator === 'ADD')) continue;
      throw new ExpressionError(
        `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${TYPE_WORDS[type] ?? type}, typeSet: ALLOWED_FOR_${operator}_OPERAND`,
      );
    }
  }
}

const TYPE_WORDS: Partial<Record<string, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

const isSet = (type: string): type is SetType => type === 'SS' || type === 'NS' || type === 'BS';

/**
 * Returns an updated copy of an item. All operands have their values from before the update.
 *
 * @throws DynamoDbError `ValidationException` if the item does not fit the update
 */
export function applyUpdate(old: Item, update: Update, bindings: Bindings): Item {
  const { sets, removes, adds, deletes } = update;
  const next = { ...old };
  for (const [head, ...deeper] of updatedPaths(update, bindings)) {
    const value = attributeOf(old, String(head));
    if (value && deeper.length > 0) setAttribute(next, String(head), structuredClone(value));
  }
  const resolve = (path: Path) => resolvePath(path, bindings);
  for (const { path, value } of sets) setAt(next, resolve(path), newValue(value, old, bindings));
  // Removes later elements first, so that the indexes of earlier ones stay valid.
  for (const path of removes.map(resolve).sort(byLastIndexDescending)) removeAt(next, path);
  for (const { path, value } of adds) {
    const added = bindings.values[value] as Value;
    setAt(next, resolve(path), addTo(valueAt(old, path, bindings), added));
  }
  for (const { path, value } of deletes) {
    const rest = deleteFrom(valueAt(old, path, bindings), bindings.values[value] as Value);
    if (rest) setAt(next, resolve(path), rest);
    else removeAt(next, resolve(path));
  }
  return next;
}

const byLastIndexDescending = (a: Path, b: Path): number => {
  const [indexA, indexB] = [a.at(-1), b.at(-1)];
  return typeof indexA === 'number' && typeof indexB === 'number' ? indexB - indexA : 0;
};

const wrongType = () => validationError('An operand in the update expression has an incorrect data type');

function newValue(value: NewValue, item: Item, bindings: Bindings): Value {
  if ('value' in value) return bindings.values[value.value] as Value;
  if ('path' in value) {
    const found = valueAt(item, value.path, bindings);
    if (found) return found;
    throw validationError('The provided expression refers to an attribute that does not exist in the item');
  }
  if ('ifNotExists' in value) {
    return valueAt(item, value.ifNotExists, bindings) ?? newValue(value.otherwise, item, bindings);
  }
  if ('appended' in value) {
    const [first, second] = value.appended.map((operand) => newValue(operand, item, bindings).L);
    if (!first || !second) throw wrongType();
    return { L: [...first, ...second] };
  }
  const [left, right] = [newValue(value.left, item, bindings).N, newValue(value.right, item, bindings).N];
  if (left === undefined || right === undefined) throw wrongType();
  return { N: value.operator === '+' ? addNumbers(left, right) : subtractNumbers(left, right) };
}

function addTo(value: Value | undefined, added: Value): Value {
  if (!value) return added;
  const type = typeOf(added);
  if (type !== typeOf(value)) throw wrongType();
  if (isSet(type)) return { [type]: [...new Set([...(value[type] ?? []), ...(added[type] ?? [])])] };
  return { N: addNumbers(value.N ?? '0', added.N ?? '0') };
}

/** @returns Undefined if nothing is left, because sets cannot be empty. */
function deleteFrom(value: Value | undefined, deleted: Value): Value | undefined {
  if (!value) return undefined;
  const type = typeOf(deleted) as SetType;
  if (type !== typeOf(value)) throw wrongType();
  const removed = new Set(deleted[type]);
  const rest = (value[type] ?? []).filter((element) => !removed.has(element));
  return rest.length > 0 ? { [type]: rest } : undefined;
}

const invalidPath = () =>
  validationError('The document path provided in the update expression is invalid for update');

/** Returns the map or list that contains the last step of a path. */
function containerOf(item: Item, path: Path): Value {
  let container: Value = { M: item };
  for (const step of path.slice(0, -1)) {
    const inner: Value | undefined =
      typeof step === 'number' ? container.L?.[step] : attributeOf(container.M, step);
    if (!inner) throw invalidPath();
    container = inner;
  }
  return container;
}

function setAt(item: Item, path: Path, value: Value): void {
  const { M, L } = containerOf(item, path);
  const last = path.at(-1);
  if (typeof last === 'number' && L) L[Math.min(last, L.length)] = value;
  else if (typeof last === 'string' && M) setAttribute(M, last, value);
  else throw invalidPath();
}

function removeAt(item: Item, path: Path): void {
  const { M, L } = containerOf(item, path);
  const last = path.at(-1);
  if (typeof last === 'number' && L) L.splice(last, 1);
  else if (typeof last === 'string' && M) delete M[last];
  else throw invalidPath();
}
