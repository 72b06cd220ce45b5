import { received, unknownName } from '../../lib/text.ts';
import { compileOperand, OPERATORS } from './operators.ts';
import type { Scope } from './pattern.ts';
import type { RequestContext } from './request-context.ts';

/** The element `Condition`: values by key by operator. */
export type ConditionElement = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Returns whether the conditions of a statement hold for a request. */
export type Conditions = (context: RequestContext) => boolean;

/**
 * Compiles the element `Condition`. All operators and keys must hold; of the values of a key, one must match.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 *
 * @throws Error for an unknown operator, key or value
 */
export function compileConditions(element: ConditionElement, scope: Scope): Conditions {
  const conditions = Object.entries(element).flatMap(([operator, values]) =>
    Object.entries(values).map(([key, operands]) => {
      const place = `${scope.place}.${operator}`;
      if (!scope.keys.has(key.toLowerCase())) {
        throw new Error(`${place}: condition key ${received(key)} ${unknownName([...scope.keys])}`);
      }
      const inner = { ...scope, place: `${place}["${key}"]` };
      return operator === 'Null'
        ? compileNull(key.toLowerCase(), operands, inner)
        : compileCondition(operator, key.toLowerCase(), operands, inner);
    }),
  );
  return (context) => conditions.every((holds) => holds(context));
}

function compileNull(key: string, operands: readonly string[], { place }: Scope): Conditions {
  const unknown = operands.find((operand) => !['true', 'false'].includes(operand));
  if (unknown !== undefined)
    throw new Error(`${place}: must be true or false, received ${received(unknown)}`);
  return (context) => operands.includes(String(context.get(key) === undefined));
}

const OPERATOR = /^(?:(?<quantifier>ForAllValues|ForAnyValue):)?(?<name>\w+?)(?<ifExists>IfExists)?$/;

function compileCondition(
  operator: string,
  key: string,
  operands: readonly string[],
  scope: Scope,
): Conditions {
  const { quantifier, name = '', ifExists } = OPERATOR.exec(operator)?.groups ?? {};
  const definition = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (definition === undefined) {
    const known = [...Object.keys(OPERATORS), 'Null'];
    throw new Error(`${scope.place}: operator ${received(operator)} ${unknownName(known)}`);
  }
  const { negated } = definition;
  const patterns = operands.map((operand) => compileOperand(definition, operand, scope));
  return (context) => {
    const values = context.get(key) ?? [];
    if (values.length === 0 && ifExists) return true;
    const holds = (value: string) => patterns.some((matches) => matches(value, context)) !== negated;
    // For the quantifiers, an empty text is no value. Without values, ForAllValues holds and ForAnyValue does not.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    if (quantifier === 'ForAllValues') return values.filter(Boolean).every(holds);
    if (quantifier === 'ForAnyValue') return values.filter(Boolean).some(holds);
    const [value, ...others] = values;
    if (others.length > 0) {
      throw new Error(
        `${scope.place}: the request has ${values.length} values, use ForAnyValue or ForAllValues`,
      );
    }
    return value === undefined ? negated : holds(value);
  };
}
