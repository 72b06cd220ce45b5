import { listPolicyStatements, type PolicyStatement } from '../../template/policy-statements.ts';
import { asText, splitArn } from '../../template/references.ts';
import { readList, readProperty, type Template } from '../../template/template.ts';
import { type Check, check, type Rule } from '../rule.ts';

/** Minimum length of a reason, in characters. */
const SHORTEST_REASON = 20;

/** Services whose ARNs contain no resource type. */
const WITHOUT_TYPE = ['s3', 'sns', 'sqs'];

/**
 * Reasons are written in the resource's `Metadata`, which CloudFormation ignores, with the action as the key:
 * `Metadata: { WildcardReasons: { 'xray:PutTraceSegments': … } }`.
 */
export const wildcards: Rule = {
  id: 'wildcards',
  title: 'No policy allows all actions or all resources without a documented reason',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
  examine: (template) => [
    ...listPolicyStatements(template)
      .filter(({ statement }) => statement.Effect === 'Allow')
      .flatMap((found) => examineStatement(template, found)),
    ...examineManagedPolicies(template),
  ],
};

function examineStatement(template: Template, found: PolicyStatement): Check[] {
  const { id, place, statement } = found;
  const { Action, NotAction, NotResource } = statement;
  const wide = isAboutItself(found) ? undefined : statement.Resource.find(isWide);
  const actions = Action.map((action) => {
    const isFine = !action.includes('*') && wide === undefined;
    const value = wide === undefined ? action : `${action} on ${asText(wide)}`;
    return checkReason(template, id, place, action, value, isFine);
  });
  // NotAction and NotResource allow everything else.
  const others = Object.entries({ NotAction, NotResource })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => checkReason(template, id, place, key, `${key} ${asText(value)}`));
  return [...actions, ...others];
}

function checkReason(
  template: Template,
  id: string,
  place: string,
  key: string,
  value: string,
  isFine = false,
): Check {
  const reasons = template.Resources[id]?.Metadata?.WildcardReasons as Record<string, unknown> | undefined;
  const reason = reasons?.[key];
  const holds = isFine || (typeof reason === 'string' && reason.trim().length >= SHORTEST_REASON);
  const where = `Metadata.WildcardReasons['${key}']`;
  const rule = `no wildcard, or a reason of at least ${SHORTEST_REASON} characters in ${where}`;
  return check(place, holds, value, rule);
}

/**
 * In a key policy, the resource `*` is the key itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
 */
const isAboutItself = ({ type }: PolicyStatement): boolean => type === 'AWS::KMS::Key';

/** Returns whether a resource is `*`, or an ARN that matches all resources of a service or of a type. */
function isWide(resource: unknown): boolean {
  const text = asText(resource);
  const arn = splitArn(text);
  if (!arn) return /^(\*|arn:.*\*$)/.test(text);
  const [, , service = '', , , name = ''] = arn;
  return name.startsWith('*') || (!WITHOUT_TYPE.includes(service) && /^[a-z-]+[:/]\*/.test(name));
}

/** AWS managed policies need a reason, because their statements are not in the template and most have wildcards. */
const examineManagedPolicies = (template: Template): Check[] =>
  Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
    readList(readProperty(Properties, 'ManagedPolicyArns'))
      .map((arn) => /:aws:policy\/(.*)$/.exec(asText(arn))?.[1])
      .filter((name) => name !== undefined)
      .map((name) => checkReason(template, id, `${id}.ManagedPolicyArns`, name, name)),
  );
