import { parseJson } from '../../lib/json.ts';
import type { MessageAttribute } from '../sqs/message.ts';
import { invalidParameter } from './errors.ts';
import {
  compileOperator,
  FilterPolicyError,
  type FilterTest,
  type FilterValue,
  RESERVED_NAMES,
  readOperator,
  requireInRange,
} from './filter-condition.ts';
import type { MessageAttributes } from './message.ts';

/** Values of the attribute `FilterPolicyScope`. The first is the default. */
export const FILTER_SCOPES = ['MessageAttributes', 'MessageBody'] as const;
export type FilterScope = (typeof FILTER_SCOPES)[number];

/** The parts of a message that filter policies compare. */
export interface Filterable {
  attributes: MessageAttributes;
  /** Returns the parsed body; undefined if it is not JSON. */
  parsedBody(): unknown;
}

/** Returns whether a subscription accepts a message. */
export type Filter = (message: Filterable) => boolean;

/** Returns whether a rule accepts the object of a message. */
type Rule = (fields: Fields) => boolean;

/** The fields of one object of a message. Returns undefined for an absent field. */
type Fields = (name: string) => Field | undefined;

interface Field {
  values: readonly FilterValue[];
  /** The objects in a body's field, for nested policies. */
  objects: readonly object[];
}

/** Quotas: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const MAX_KEYS = 5;
const MAX_COMBINATIONS = 150;
const MAX_BYTES = 262_144;

const NO_FIELD: Fields = () => undefined;

/**
 * Compiles a filter policy: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 *
 * @param where Prefix of the error text. SNS has one for Subscribe (`Attributes Reason: `), none for SetSubscriptionAttributes.
 * @throws AwsError `InvalidParameter` for a policy that SNS refuses
 */
export function compileFilterPolicy(json: string, scope: FilterScope, where = ''): Filter {
  try {
    const rule = compilePolicy(json, scope);
    return scope === 'MessageAttributes'
      ? ({ attributes }) => rule((name) => fieldOfAttribute(attributes, name))
      : (message) => {
          const body = message.parsedBody();
          return isObject(body) && rule(fieldsOf(body));
        };
  } catch (error) {
    if (!(error instanceof FilterPolicyError)) throw error;
    throw invalidParameter(`${where}FilterPolicy: ${error.message}`);
  }
}

function compilePolicy(json: string, scope: FilterScope): Rule {
  if (Buffer.byteLength(json) > MAX_BYTES) throw new FilterPolicyError('Filter policy is larger than 256 KB');
  const policy = parseJson(json);
  if (policy === undefined) throw new FilterPolicyError('failed to parse JSON');
  if (!isObject(policy)) throw new FilterPolicyError('Filter policy must be an object');
  const keys = new Set<string>();
  const { rule, combinations } = compileObject(policy, scope, [], keys);
  if (keys.size > MAX_KEYS) {
    throw new FilterPolicyError(`Filter policy can not have more than ${MAX_KEYS} keys`);
  }
  if (combinations > MAX_COMBINATIONS) throw new FilterPolicyError('Filter policy is too complex');
  return rule;
}

/** A rule with the number of value combinations that SNS limits. */
interface Compiled {
  rule: Rule;
  combinations: number;
}

/** @param keys Receives the path of each key with conditions, which SNS limits. */
function compileObject(policy: object, scope: FilterScope, path: string[], keys: Set<string>): Compiled {
  const parts = Object.entries(policy).map(([name, value]): Compiled => {
    if (name === '$or' && isAlternatives(value)) {
      return anyOf(value.map((alternative) => compileObject(alternative, scope, path, keys)));
    }
    const inner = [...path, name];
    if (Array.isArray(value)) {
      keys.add(JSON.stringify(inner));
      // Nested keys count once for each level.
      return { rule: compileConditions(name, value), combinations: value.length * inner.length };
    }
    if (!isObject(value)) throw new FilterPolicyError(`"${name}" must be an object or an array`);
    if (scope === 'MessageAttributes') {
      throw new FilterPolicyError(
        'Filter policy scope MessageAttributes does not support nested filter policy',
      );
    }
    return nest(name, compileObject(value, scope, inner, keys));
  });
  if (parts.length === 0 && path.length > 0) throw new FilterPolicyError('Empty objects are not allowed');
  const rules = parts.map(({ rule }) => rule);
  return {
    rule: (fields) => rules.every((rule) => rule(fields)),
    combinations: parts.reduce((product, { combinations }) => product * combinations, 1),
  };
}

function anyOf(alternatives: Compiled[]): Compiled {
  const rules = alternatives.map(({ rule }) => rule);
  return {
    rule: (fields) => rules.some((rule) => rule(fields)),
    combinations: alternatives.reduce((sum, { combinations }) => sum + combinations, 0),
  };
}

/** Matches if one object of the field fulfills the whole inner policy, so conditions never mix elements of an array. */
function nest(name: string, { rule, combinations }: Compiled): Compiled {
  return {
    rule: (fields) => {
      const { objects = [] } = fields(name) ?? {};
      return objects.length === 0 ? rule(NO_FIELD) : objects.some((object) => rule(fieldsOf(object)));
    },
    combinations,
  };
}

/** Compiles the list of conditions of a key, of which one must match. */
function compileConditions(name: string, conditions: unknown[]): Rule {
  if (conditions.length === 0) throw new FilterPolicyError('Empty arrays are not allowed');
  const exact = new Set<FilterValue>();
  const tests: FilterTest[] = [(value) => exact.has(value)];
  let acceptsAny = false;
  let acceptsAbsent = false;

  for (const condition of conditions) {
    if (isObject(condition)) {
      const [operator, operand] = readOperator(condition);
      if (operator !== 'exists') tests.push(compileOperator(operator, operand));
      else if (operand === true) acceptsAny = true;
      else if (operand === false) acceptsAbsent = true;
      else throw new FilterPolicyError('exists match pattern must be either true or false.');
    } else exact.add(requireValue(condition));
  }

  return (fields) => {
    const field = fields(name);
    // Conditions apply to leaves: a key that holds only objects does not exist for them.
    if (!field || (field.values.length === 0 && field.objects.length > 0)) return acceptsAbsent;
    return acceptsAny || field.values.some((value) => tests.some((test) => test(value)));
  };
}

function requireValue(value: unknown): FilterValue {
  if (typeof value === 'number') return requireInRange(value);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  throw new FilterPolicyError('Match value must be String, number, true, false, or null');
}

/** Returns whether `$or` lists alternatives. Otherwise it is a name like any other. */
function isAlternatives(value: unknown): value is object[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((item) => isObject(item) && Object.keys(item).every((name) => !RESERVED_NAMES.has(name)))
  );
}

/** Returns an attribute's values. SNS ignores binary attributes. */
function fieldOfAttribute(attributes: MessageAttributes, name: string): Field | undefined {
  if (!Object.hasOwn(attributes, name)) return undefined;
  const { DataType, StringValue = '' } = attributes[name] as MessageAttribute;
  if (DataType.startsWith('Binary')) return undefined;
  if (DataType.startsWith('Number')) return { values: [Number(StringValue)], objects: [] };
  if (DataType !== 'String.Array') return { values: [StringValue], objects: [] };
  const values = parseJson(StringValue);
  return { values: Array.isArray(values) ? leavesOf(values) : [], objects: [] };
}

const fieldsOf =
  (object: object): Fields =>
  (name) => {
    if (!Object.hasOwn(object, name)) return undefined;
    const value = (object as Record<string, unknown>)[name];
    const items = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
    const values = leavesOf(items);
    const objects = items.filter(isObject);
    return values.length > 0 || objects.length > 0 ? { values, objects } : undefined;
  };

const leavesOf = (items: unknown[]): FilterValue[] =>
  items.flat(Number.POSITIVE_INFINITY).filter((item) => !isObject(item)) as FilterValue[];

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
