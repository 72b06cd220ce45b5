import * as z from 'zod';
import { received } from '../../lib/text.ts';
import { type Conditions, compileConditions } from './conditions.ts';
import { compilePattern, type Pattern, type Scope } from './pattern.ts';
import { compileNotPrincipal, compilePrincipal, type PrincipalTest } from './principal.ts';
import { CONDITION_KEYS } from './request-context.ts';

/** Where a policy is from. */
export interface PolicySource {
  /** An identity policy is a role's, and a resource policy a resource's. Only the latter names principals. */
  kind: 'identity' | 'resource';
  /** For messages, such as `ConsumerIamRoleLambdaExecution.Policies[0]`. */
  place: string;
  /** All actions of the embedded cloud, such as `sqs:SendMessage`. */
  knownActions: ReadonlySet<string>;
}

/** A compiled statement. It applies to a request if the principal, one of its rules and its conditions do. */
export interface Statement {
  /** For example `ConsumerIamRoleLambdaExecution.Policies[0].Statement[2]`. */
  place: string;
  sid: string | undefined;
  effect: 'Allow' | 'Deny';
  namesPrincipal: PrincipalTest;
  rules: readonly Rule[];
  holds: Conditions;
}

/** An action and a resource of a statement. */
export interface Rule {
  /** The pattern as it is in the policy. `NotAction` is one pattern: `not s3:GetObject, s3:PutObject`. */
  action: string;
  /** The pattern as it is in the policy. `NotResource` is one pattern. */
  resource: string;
  matchesAction: Pattern;
  matchesResource: Pattern;
}

/** Policies may omit the brackets of a list with one item. */
const list = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1));

const texts = list(z.string());
const scalars = list(
  z
    .union([z.string(), z.number(), z.boolean()], { error: 'Must be a string, number or boolean' })
    .transform(String),
);
const principal = z.preprocess(
  (value) => (value === '*' ? { AWS: '*' } : value),
  z.strictObject({ AWS: texts.optional(), Service: texts.optional() }),
);

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: z.record(z.string(), z.record(z.string(), scalars)).default({}),
});
type StatementElements = z.output<typeof statementSchema>;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
const policySchema = z.strictObject({
  // In the older version, which is the default, variables are text.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
  Version: z.enum(['2008-10-17', '2012-10-17']).default('2008-10-17'),
  Id: z.string().optional(),
  Statement: list(statementSchema),
});

/**
 * Compiles a policy whose CloudFormation functions are evaluated. Whatever is not understood is refused: ignored, it could
 * deny less here than on AWS.
 *
 * @throws Error with the place, the element and its value
 */
export function compilePolicy(document: unknown, source: PolicySource): Statement[] {
  const { kind, place } = source;
  const { success, data, error } = policySchema.safeParse(document, { reportInput: true });
  if (!success) throw new Error(error.issues.map((issue) => describe(place, issue)).join('\n'));
  if (kind === 'identity' && data.Id !== undefined) {
    throw new Error(`${place}.Id: only resource policies have an Id, remove ${received(data.Id)}`);
  }
  return data.Statement.map((elements, index) =>
    compileStatement(elements, { ...source, place: `${place}.Statement[${index}]` }, data.Version),
  );
}

function describe(place: string, { path, message, input }: z.core.$ZodIssue): string {
  const element = path.length > 0 ? `${place}.${z.core.toDotPath(path)}` : place;
  // Zod shows only the type of a value.
  return `${element}: ${message.replace(/, received .*/, '')}, received ${received(input)}`;
}

function compileStatement(elements: StatementElements, source: PolicySource, version: string): Statement {
  const { place, knownActions } = source;
  const scopeOf = (element: string): Scope => ({
    place: `${place}.${element}`,
    variables: version === '2012-10-17',
    keys: CONDITION_KEYS,
  });
  const actions = selectOne(elements, place, 'Action', (text, element) =>
    compileAction(text, scopeOf(element), knownActions),
  );
  const resources = selectOne(elements, place, 'Resource', (text, element) =>
    compileResource(text, scopeOf(element)),
  );
  return {
    place,
    sid: elements.Sid,
    effect: elements.Effect,
    namesPrincipal: compilePrincipals(elements, source),
    rules: actions.flatMap((action) =>
      resources.map((resource) => ({
        action: action.text,
        resource: resource.text,
        matchesAction: action.matches,
        matchesResource: resource.matches,
      })),
    ),
    holds: compileConditions(elements.Condition, scopeOf('Condition')),
  };
}

function compilePrincipals(elements: StatementElements, { kind, place }: PolicySource): PrincipalTest {
  const { Principal, NotPrincipal, Effect } = elements;
  if (kind === 'identity') {
    if (Principal ?? NotPrincipal) {
      throw new Error(`${place}: names a principal, which only resource policies do, remove Principal`);
    }
    return () => 'principal';
  }
  if (Principal && !NotPrincipal) return compilePrincipal(Principal, `${place}.Principal`);
  if (!NotPrincipal || Principal) throw oneOf(place, 'Principal', Boolean(Principal));
  if (Effect === 'Allow') {
    throw new Error(`${place}.NotPrincipal: AWS supports it only with Deny, use Principal to allow`);
  }
  return compileNotPrincipal(NotPrincipal, `${place}.NotPrincipal`);
}

/** A pattern with its text. */
interface NamedPattern {
  text: string;
  matches: Pattern;
}

/** Compiles an element or its negation, whose patterns become one. */
function selectOne(
  elements: StatementElements,
  place: string,
  name: 'Action' | 'Resource',
  compile: (text: string, element: string) => Pattern,
): NamedPattern[] {
  const { [name]: positive, [`Not${name}` as const]: negative } = elements;
  if (positive && !negative) return positive.map((text) => ({ text, matches: compile(text, name) }));
  if (!negative || positive) throw oneOf(place, name, Boolean(positive));
  const patterns = negative.map((text) => compile(text, `Not${name}`));
  return [
    {
      text: `not ${negative.join(', ')}`,
      matches: (value, context) => !patterns.some((matches) => matches(value, context)),
    },
  ];
}

const oneOf = (place: string, name: string, both: boolean): Error =>
  new Error(`${place}: must have either ${name} or Not${name}, received ${both ? 'both' : 'neither'}`);

/** Actions ignore case and have no variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
function compileAction(text: string, scope: Scope, knownActions: ReadonlySet<string>): Pattern {
  const pattern = compilePattern(text, { ...scope, variables: false }, { wildcards: true, ignoreCase: true });
  const isKnown = knownActions.values().some((action) => pattern(action, new Map()));
  if (!isKnown) throw new Error(`${scope.place}: matches no known action, correct ${received(text)}`);
  return pattern;
}

/** All resources, or an ARN that may have variables after its fifth colon. */
const RESOURCE = /^(?:\*|arn(?::[^:$]*){4}:.*)$/s;

/**
 * A wildcard may match beyond a colon, unlike in condition operators for ARNs.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */
function compileResource(text: string, scope: Scope): Pattern {
  if (!RESOURCE.test(text)) {
    throw new Error(
      `${scope.place}: must be * or an ARN of six parts with variables only in the last, received ${received(text)}`,
    );
  }
  return compilePattern(text, scope, { wildcards: true });
}
