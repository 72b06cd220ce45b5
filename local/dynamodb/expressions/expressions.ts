import { validationError } from '../dynamodb-error.ts';
import { type Fields, readFields, readText } from '../read-request.ts';
import { checkValue, notConvertible, type Value } from '../values.ts';
import { type Condition, checkCondition, parseCondition } from './condition.ts';
import { type Bindings, refuseOverlaps, resolvePath } from './path.ts';
import { type Projection, parseProjection, toProjection } from './projection.ts';
import { ExpressionError, TokenReader } from './token-reader.ts';
import { checkUpdate, parseUpdate, type Update } from './update.ts';

/** Quota: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_EXPRESSION_BYTES = 4_096;

/** Parsed expressions by parameter and text. Placeholders stay unresolved, so a program needs few entries. */
const cache = new Map<string, { parsed: unknown; references: ReadonlySet<string> }>();
const MAX_CACHED = 1_000;

/** The expressions of one request with their names and values. */
export class Expressions {
  readonly bindings: Bindings;
  readonly #request: Fields;
  readonly #unused: Set<string>;

  /**
   * @param parameters The parameters of the action that contain expressions with values.
   * @throws DynamoDbError `ValidationException`
   */
  constructor(request: Fields, parameters: readonly string[]) {
    const names = readFields(request, 'ExpressionAttributeNames');
    const values = readFields(request, 'ExpressionAttributeValues');
    const isGiven = (parameter: string) => (request[parameter] ?? undefined) !== undefined;
    if (names && !parameters.some(isGiven) && !isGiven('ProjectionExpression')) {
      throw validationError('ExpressionAttributeNames can only be specified when using expressions');
    }
    if (values && !parameters.some(isGiven)) {
      const are = parameters.length > 1 ? 'are' : 'is';
      throw validationError(
        `ExpressionAttributeValues can only be specified when using expressions: ${parameters.join(' and ')} ${are} null`,
      );
    }
    this.#request = request;
    this.bindings = { names: names ? checkNames(names) : {}, values: values ? checkValues(values) : {} };
    this.#unused = new Set([...Object.keys(this.bindings.names), ...Object.keys(this.bindings.values)]);
  }

  condition(parameter: string): Condition | undefined {
    return this.#parse(parameter, parseCondition, (condition) => checkCondition(condition, this.bindings));
  }

  update(): Update | undefined {
    return this.#parse('UpdateExpression', parseUpdate, (update) => checkUpdate(update, this.bindings));
  }

  projection(): Projection | undefined {
    const resolve = (paths: ReturnType<typeof parseProjection>) =>
      paths.map((path) => resolvePath(path, this.bindings));
    const paths = this.#parse('ProjectionExpression', parseProjection, (parsed) =>
      refuseOverlaps(resolve(parsed)),
    );
    return paths && toProjection(resolve(paths));
  }

  /** Refuses placeholders that no expression uses. Call it after all expressions were read. */
  refuseUnused(): void {
    if (this.#unused.size === 0) return;
    for (const [parameter, mark] of [
      ['ExpressionAttributeNames', '#'],
      ['ExpressionAttributeValues', ':'],
    ] as const) {
      const unused = [...this.#unused].filter((placeholder) => placeholder.startsWith(mark));
      if (unused.length === 0) continue;
      throw validationError(
        `Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`,
      );
    }
  }

  #parse<Parsed>(
    parameter: string,
    parse: (reader: TokenReader) => Parsed,
    check: (parsed: Parsed) => void,
  ): Parsed | undefined {
    const text = readText(this.#request, parameter);
    if (text === undefined) return undefined;
    try {
      const { parsed, references } = parseCached(parameter, text, parse);
      for (const reference of references) this.#use(reference);
      check(parsed);
      return parsed;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw validationError(`Invalid ${parameter}: ${error.message}`);
    }
  }

  #use(reference: string): void {
    const { names, values } = this.bindings;
    if (reference.startsWith('#') && !Object.hasOwn(names, reference)) {
      throw new ExpressionError(
        `An expression attribute name used in the document path is not defined; attribute name: ${reference}`,
      );
    }
    if (reference.startsWith(':') && !Object.hasOwn(values, reference)) {
      throw new ExpressionError(
        `An expression attribute value used in expression is not defined; attribute value: ${reference}`,
      );
    }
    this.#unused.delete(reference);
  }
}

function parseCached<Parsed>(parameter: string, text: string, parse: (reader: TokenReader) => Parsed) {
  const key = `${parameter} ${text}`;
  const known = cache.get(key) as { parsed: Parsed; references: ReadonlySet<string> } | undefined;
  if (known) return known;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_EXPRESSION_BYTES) {
    throw new ExpressionError(
      `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
    );
  }
  const reader = new TokenReader(text);
  const parsed = parse(reader);
  reader.expectEnd();
  if (cache.size >= MAX_CACHED) cache.clear();
  const entry = { parsed, references: reader.references };
  cache.set(key, entry);
  return entry;
}

function checkNames(names: Fields): Record<string, string> {
  checkPlaceholders('ExpressionAttributeNames', names, /^#\w+$/);
  for (const name of Object.values(names)) {
    if (typeof name !== 'string') throw notConvertible(name, 'String');
  }
  return names as Record<string, string>;
}

function checkValues(values: Fields): Record<string, Value> {
  checkPlaceholders('ExpressionAttributeValues', values, /^:\w+$/);
  for (const [key, value] of Object.entries(values)) {
    try {
      checkValue(value);
    } catch (error) {
      throw validationError(
        `ExpressionAttributeValues contains invalid value: ${(error as Error).message} for key ${key}`,
      );
    }
  }
  return values as Record<string, Value>;
}

function checkPlaceholders(parameter: string, placeholders: Fields, pattern: RegExp): void {
  const keys = Object.keys(placeholders);
  if (keys.length === 0) throw validationError(`${parameter} must not be empty`);
  const invalid = keys.find((key) => !pattern.test(key));
  if (invalid !== undefined) {
    throw validationError(`${parameter} contains invalid key: Syntax error; key: "${invalid}"`);
  }
}
