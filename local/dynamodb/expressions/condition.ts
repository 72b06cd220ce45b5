import { areEqual, compareValues, type Item, typeOf, type Value, type ValueType } from '../values.ts';
import { type Bindings, type Path, parsePath, resolvePath, showPath, valueAt } from './path.ts';
import { ExpressionError, type TokenReader } from './token-reader.ts';

/*
 * Grammar, operators and functions of conditions, filters and key conditions:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='] as const;
export type Comparator = (typeof COMPARATORS)[number];

/** Number of operands by function. `size` is an operand itself. */
const FUNCTIONS = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
} as const;
type FunctionName = keyof typeof FUNCTIONS;

export type Operand = { path: Path } | { value: string } | { size: Operand };

export type Condition =
  | { type: 'AND' | 'OR'; left: Condition; right: Condition }
  | { type: 'NOT'; condition: Condition }
  | { type: 'compare'; comparator: Comparator; left: Operand; right: Operand }
  | { type: 'BETWEEN'; operand: Operand; low: Operand; high: Operand }
  | { type: 'IN'; operand: Operand; list: Operand[] }
  | { type: 'function'; name: FunctionName; operands: Operand[] };

/** Maximum number of operands of IN. */
const MAX_IN = 100;

export function parseCondition(reader: TokenReader): Condition {
  /** Conditions in parentheses. DynamoDB refuses a second pair around them. */
  const enclosed = new Set<Condition>();

  function parseOr(): Condition {
    let left = parseAnd();
    while (reader.accept('OR')) left = { type: 'OR', left, right: parseAnd() };
    return left;
  }

  function parseAnd(): Condition {
    let left = parseNot();
    while (reader.accept('AND')) left = { type: 'AND', left, right: parseNot() };
    return left;
  }

  function parseNot(): Condition {
    if (reader.accept('NOT')) return { type: 'NOT', condition: parseNot() };
    if (!reader.accept('(')) return parsePredicate(reader);
    const condition = parseOr();
    reader.expect(')');
    if (enclosed.has(condition)) throw new ExpressionError('The expression has redundant parentheses;');
    enclosed.add(condition);
    return condition;
  }

  return parseOr();
}

function parsePredicate(reader: TokenReader): Condition {
  const { kind, text } = reader.peek();
  if (kind === 'name' && reader.peek(1).text === '(' && text !== 'size') return parseFunction(reader);
  const operand = parseOperand(reader);
  if (reader.accept('BETWEEN')) {
    const low = parseOperand(reader);
    reader.expect('AND');
    return { type: 'BETWEEN', operand, low, high: parseOperand(reader) };
  }
  if (reader.accept('IN')) return { type: 'IN', operand, list: parseList(reader) };
  const comparator = COMPARATORS.find((symbol) => reader.accept(symbol));
  if (comparator) return { type: 'compare', comparator, left: operand, right: parseOperand(reader) };
  if ('size' in operand) {
    throw new ExpressionError(
      'The function is not allowed to be used this way in an expression; function: size',
    );
  }
  return reader.fail();
}

function parseFunction(reader: TokenReader): Condition {
  const { text } = reader.next();
  const operands = parseList(reader);
  if (!Object.hasOwn(FUNCTIONS, text)) {
    throw new ExpressionError(`Invalid function name; function: ${text}`);
  }
  const name = text as FunctionName;
  checkCount(name, operands, FUNCTIONS[name]);
  const [first] = operands;
  if (name !== 'begins_with' && name !== 'contains' && first && !('path' in first)) throw needsPath(name);
  return { type: 'function', name, operands };
}

function checkCount(name: string, operands: readonly Operand[], count: number): void {
  if (operands.length === count) return;
  throw new ExpressionError(
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
  );
}

const needsPath = (name: string) =>
  new ExpressionError(`Operator or function requires a document path; operator or function: ${name}`);

function parseList(reader: TokenReader): Operand[] {
  reader.expect('(');
  const list = [parseOperand(reader)];
  while (reader.accept(',')) list.push(parseOperand(reader));
  reader.expect(')');
  if (list.length <= MAX_IN) return list;
  throw new ExpressionError(
    `Incorrect number of operands for operator or function; operator or function: IN, number of operands: ${list.length}`,
  );
}

function parseOperand(reader: TokenReader): Operand {
  const { kind, text } = reader.peek();
  if (kind === 'valueReference') return { value: reader.next().text };
  if (kind !== 'name' || reader.peek(1).text !== '(') return { path: parsePath(reader) };
  if (text !== 'size') {
    throw new ExpressionError(
      `The function is not allowed to be used this way in an expression; function: ${text}`,
    );
  }
  reader.next();
  const operands = parseList(reader);
  checkCount('size', operands, 1);
  return { size: operands[0] as Operand };
}

/** A condition that contains no other conditions. */
type Predicate = Exclude<Condition, { type: 'AND' | 'OR' | 'NOT' }>;

function predicatesOf(condition: Condition): Predicate[] {
  switch (condition.type) {
    case 'AND':
    case 'OR':
      return [...predicatesOf(condition.left), ...predicatesOf(condition.right)];
    case 'NOT':
      return predicatesOf(condition.condition);
    default:
      return [condition];
  }
}

function operandsOf(predicate: Predicate): Operand[] {
  switch (predicate.type) {
    case 'compare':
      return [predicate.left, predicate.right];
    case 'BETWEEN':
      return [predicate.operand, predicate.low, predicate.high];
    case 'IN':
      return [predicate.operand, ...predicate.list];
    case 'function':
      return predicate.operands;
  }
}

/** Returns the paths in a condition. */
export function pathsOf(condition: Condition): Path[] {
  const pathOf = (operand: Operand): Path[] => {
    if ('path' in operand) return [operand.path];
    return 'size' in operand ? pathOf(operand.size) : [];
  };
  return predicatesOf(condition).flatMap(operandsOf).flatMap(pathOf);
}

/**
 * Checks the types of a condition's values, as far as they are known without an item.
 *
 * @throws ExpressionError
 */
export function checkCondition(condition: Condition, bindings: Bindings): void {
  const { values } = bindings;
  for (const predicate of predicatesOf(condition)) {
    const name = nameOf(predicate);
    const types = OPERAND_TYPES[name];
    for (const operand of types ? operandsOf(predicate) : []) {
      const value = 'value' in operand ? values[operand.value] : undefined;
      if (!value || types?.includes(typeOf(value))) continue;
      throw wrongOperand(predicate, name, typeOf(value));
    }
    refuseSameOperand(name, operandsOf(predicate), bindings);
    if (predicate.type === 'BETWEEN') checkBounds(predicate.low, predicate.high, values);
    if (name === 'attribute_type') checkTypeName(operandsOf(predicate)[1], values);
  }
}

const wrongOperand = ({ type }: Predicate, name: string, operandType: string) =>
  new ExpressionError(
    `Incorrect operand type for operator or function; operator${type === 'function' ? ' or function' : ''}: ${name}, operand type: ${operandType}`,
  );

function refuseSameOperand(name: string, [first, ...others]: readonly Operand[], bindings: Bindings): void {
  if (!first || !('path' in first)) return;
  const show = (operand: Operand) => 'path' in operand && showPath(resolvePath(operand.path, bindings));
  if (!others.some((other) => show(other) === show(first))) return;
  throw new ExpressionError(
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${show(first)}`,
  );
}

function nameOf(predicate: Predicate): string {
  if (predicate.type === 'compare') return predicate.comparator;
  return predicate.type === 'function' ? predicate.name : predicate.type;
}

/** Types of values that an operator or function accepts. One that is not listed accepts all types. */
const OPERAND_TYPES: Partial<Record<string, readonly ValueType[]>> = {
  '<': ['S', 'N', 'B'],
  '<=': ['S', 'N', 'B'],
  '>': ['S', 'N', 'B'],
  '>=': ['S', 'N', 'B'],
  BETWEEN: ['S', 'N', 'B'],
  begins_with: ['S', 'B'],
  attribute_type: ['S'],
};

/** Type names in the order in which DynamoDB's error lists them. */
const TYPE_NAMES = ['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M'];

function checkTypeName(operand: Operand | undefined, values: Bindings['values']): void {
  const type = operand && 'value' in operand ? values[operand.value]?.S : undefined;
  if (type === undefined || TYPE_NAMES.includes(type)) return;
  throw new ExpressionError(
    `Invalid attribute type name found; type: ${type}, valid types: {${TYPE_NAMES.join(',')}}`,
  );
}

function checkBounds(low: Operand, high: Operand, values: Bindings['values']): void {
  const [lower, upper] = [low, high].map((operand) =>
    'value' in operand ? values[operand.value] : undefined,
  );
  const order = lower && upper ? compareValues(lower, upper) : 0;
  if (!lower || !upper || (order !== undefined && order <= 0)) return;
  const rule =
    order === undefined
      ? 'same data type for lower and upper bounds'
      : 'upper bound to be greater than or equal to lower bound';
  const show = (value: Value) => `AttributeValue: {${typeOf(value)}:${Object.values(value)[0]}}`;
  throw new ExpressionError(
    `The BETWEEN operator requires ${rule}; lower bound operand: ${show(lower)}, upper bound operand: ${show(upper)}`,
  );
}

/** Returns whether an item meets a condition. @param item Undefined if it does not exist. */
export function isMet(condition: Condition, item: Item | undefined, bindings: Bindings): boolean {
  const read = (operand: Operand | undefined) => operand && evaluate(operand, item, bindings);
  switch (condition.type) {
    case 'AND':
      return isMet(condition.left, item, bindings) && isMet(condition.right, item, bindings);
    case 'OR':
      return isMet(condition.left, item, bindings) || isMet(condition.right, item, bindings);
    case 'NOT':
      return !isMet(condition.condition, item, bindings);
    case 'compare':
      return compares(condition.comparator, read(condition.left), read(condition.right));
    case 'BETWEEN': {
      const value = read(condition.operand);
      return compares('>=', value, read(condition.low)) && compares('<=', value, read(condition.high));
    }
    case 'IN': {
      const value = read(condition.operand);
      return condition.list.some((element) => compares('=', value, read(element)));
    }
    case 'function': {
      const [first, second] = condition.operands;
      return callFunction(condition.name, read(first), read(second));
    }
  }
}

function evaluate(operand: Operand, item: Item | undefined, bindings: Bindings): Value | undefined {
  if ('value' in operand) return bindings.values[operand.value];
  if ('path' in operand) return valueAt(item, operand.path, bindings);
  return sizeOf(evaluate(operand.size, item, bindings));
}

function sizeOf(value: Value | undefined): Value | undefined {
  if (!value) return undefined;
  const { S, B, SS, NS, BS, L, M } = value;
  const size =
    B === undefined
      ? (S ?? SS ?? NS ?? BS ?? L ?? (M && Object.keys(M)))?.length
      : Buffer.byteLength(B, 'base64');
  return size === undefined ? undefined : { N: String(size) };
}

/** A comparison with an absent value is false, except `<>`. */
function compares(comparator: Comparator, left: Value | undefined, right: Value | undefined): boolean {
  if (!left || !right) return comparator === '<>';
  if (comparator === '=') return areEqual(left, right);
  if (comparator === '<>') return !areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (order === 0) return comparator === '<=' || comparator === '>=';
  return order < 0 ? comparator === '<' || comparator === '<=' : comparator === '>' || comparator === '>=';
}

function callFunction(name: FunctionName, first: Value | undefined, second: Value | undefined): boolean {
  if (name === 'attribute_exists') return first !== undefined;
  if (name === 'attribute_not_exists') return first === undefined;
  if (!first || !second) return false;
  if (name === 'attribute_type') return typeOf(first) === second.S;
  return name === 'begins_with' ? beginsWith(first, second) : contains(first, second);
}

/** Returns whether a string or a binary value begins with another one. */
export function beginsWith(value: Value, prefix: Value): boolean {
  if (value.S !== undefined && prefix.S !== undefined) return value.S.startsWith(prefix.S);
  if (value.B === undefined || prefix.B === undefined) return false;
  const start = Buffer.from(prefix.B, 'base64');
  return Buffer.from(value.B, 'base64').subarray(0, start.length).equals(start);
}

function contains(value: Value, part: Value): boolean {
  if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value.B !== undefined) {
    return part.B !== undefined && Buffer.from(value.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  }
  if (value.L) return value.L.some((element) => areEqual(element, part));
  const { SS, NS, BS } = value;
  const [set, element] = SS ? [SS, part.S] : NS ? [NS, part.N] : [BS, part.B];
  return set !== undefined && element !== undefined && set.includes(element);
}
