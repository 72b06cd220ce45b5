import type { Side } from '../../sorted-list.ts';
import { validationError } from '../dynamodb-error.ts';
import type { KeyPart } from '../item-order.ts';
import { compareScalars, type Item, type ScalarType, type Value } from '../values.ts';
import { beginsWith, type Comparator, type Condition, type Operand } from './condition.ts';
import { type Bindings, resolvePath } from './path.ts';

/** The items that a key condition selects: one partition, and a range of its sort keys. */
export interface KeyRange {
  partition: Item;
  side: Side<Item>;
}

/** One condition on a key attribute. Two values are the bounds of BETWEEN. */
interface KeyTest {
  name: string;
  operator: Exclude<Comparator, '<>'> | 'BETWEEN' | 'begins_with';
  values: Value[];
}

const MIRRORED: Record<Exclude<Comparator, '<>'>, Exclude<Comparator, '<>'>> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const INVALID = 'Invalid condition in KeyConditionExpression: ';

/**
 * Reads a key condition on the keys of a table or an index.
 *
 * @throws DynamoDbError `ValidationException`
 */
export function toKeyRange(condition: Condition, keys: readonly KeyPart[], bindings: Bindings): KeyRange {
  const tests = toTests(condition, bindings);
  const [first, second] = tests;
  if (tests.length > 2) throw validationError('Conditions can be of length 1 or 2 only');
  if (second && first?.name === second.name) {
    throw validationError('KeyConditionExpressions must only contain one condition per key');
  }
  const [partitionKey, sortKey] = keys;
  const find = (key: KeyPart | undefined) => tests.find(({ name }) => name === key?.name);
  const [partition, sort] = [find(partitionKey), find(sortKey)];
  if (!partitionKey || !partition) {
    throw validationError(`Query condition missed key schema element: ${partitionKey?.name}`);
  }
  if (second && !sortKey) throw validationError('Query key condition not supported');
  if (second && !sort) throw validationError(`Query condition missed key schema element: ${sortKey?.name}`);
  checkTypes(partition, partitionKey.type);
  if (partition.operator !== '=') throw validationError('Query key condition not supported');
  if (sort && sortKey) checkTypes(sort, sortKey.type);
  return {
    partition: { [partition.name]: partition.values[0] ?? {} },
    side: sort && sortKey ? toSide(sort, sortKey) : () => 0,
  };
}

function toTests(condition: Condition, bindings: Bindings): KeyTest[] {
  switch (condition.type) {
    case 'AND':
      return [...toTests(condition.left, bindings), ...toTests(condition.right, bindings)];
    case 'OR':
    case 'NOT':
    case 'IN':
      throw validationError(`Invalid operator used in KeyConditionExpression: ${condition.type}`);
    case 'compare':
      return [toComparison(condition, bindings)];
    case 'BETWEEN': {
      const { operand, low, high } = condition;
      return [toTest('BETWEEN', operand, [low, high], bindings)];
    }
    case 'function': {
      const { name, operands } = condition;
      const [operand, ...others] = operands;
      if (name === 'begins_with' && operand) return [toTest(name, operand, others, bindings)];
      throw validationError(`Invalid operator used in KeyConditionExpression: ${name}`);
    }
  }
}

function toComparison(condition: Extract<Condition, { type: 'compare' }>, bindings: Bindings): KeyTest {
  const { comparator, left, right } = condition;
  if (comparator === '<>') {
    throw validationError('Invalid operator used in KeyConditionExpression: <>');
  }
  if ('path' in left) return toTest(comparator, left, [right], bindings);
  if ('path' in right) return toTest(MIRRORED[comparator], right, [left], bindings);
  if ('size' in left || 'size' in right) return toTest(comparator, left, [right], bindings);
  throw validationError(`${INVALID}No key attribute specified`);
}

function toTest(
  operator: KeyTest['operator'],
  operand: Operand,
  others: readonly Operand[],
  bindings: Bindings,
): KeyTest {
  if ('size' in operand) throw validationError('KeyConditionExpressions cannot contain nested operations');
  if (!('path' in operand)) {
    throw validationError(`${INVALID}${operator} operator must have the key attribute as its first operand`);
  }
  const values = others.map((other) => {
    if ('path' in other) throw validationError(`${INVALID}Multiple attribute names used in one condition`);
    if ('size' in other) throw validationError('KeyConditionExpressions cannot contain nested operations');
    return bindings.values[other.value] ?? {};
  });
  const [name, ...deeper] = resolvePath(operand.path, bindings);
  if (deeper.length > 0) {
    throw validationError('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  return { name: String(name), operator, values };
}

function checkTypes({ name, values }: KeyTest, type: ScalarType): void {
  for (const value of values) {
    if (value[type] === undefined) {
      throw validationError(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      );
    }
    if (value[type] === '') {
      throw validationError(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
      );
    }
  }
}

function toSide({ operator, values }: KeyTest, { name, type }: KeyPart): Side<Item> {
  const [low = {}, high = {}] = values;
  const compareWith = (item: Item, value: Value) =>
    compareScalars(type, item[name]?.[type] ?? '', value[type] ?? '');
  switch (operator) {
    case '=':
      return (item) => compareWith(item, low);
    case '<':
      return (item) => (compareWith(item, low) < 0 ? 0 : 1);
    case '<=':
      return (item) => (compareWith(item, low) <= 0 ? 0 : 1);
    case '>':
      return (item) => (compareWith(item, low) > 0 ? 0 : -1);
    case '>=':
      return (item) => (compareWith(item, low) >= 0 ? 0 : -1);
    case 'BETWEEN':
      return (item) => (compareWith(item, low) < 0 ? -1 : compareWith(item, high) > 0 ? 1 : 0);
    case 'begins_with':
      return (item) => (beginsWith(item[name] ?? {}, low) ? 0 : compareWith(item, low));
  }
}
