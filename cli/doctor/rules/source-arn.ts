import { listPolicyStatements, type PolicyStatement } from '../../template/policy-statements.ts';
import { asText } from '../../template/references.ts';
import { readList, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, type Rule } from '../rule.ts';

/** Condition operators that reject requests without the key. Operators with `IfExists` or `Not` do not. */
const LIMITING = ['ArnEquals', 'ArnLike', 'StringEquals', 'StringLike'];
const EXPECTED = 'the ARN of the source, not *';

/** Without `aws:SourceArn`, any account can make the service act on the resource (confused deputy). */
export const sourceArn: Rule = {
  id: 'source-arn',
  title: 'AWS services have access on behalf of specific sources only',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
  examine: (template) => [...examinePolicies(template), ...examinePermissions(template)],
};

const examinePolicies = (template: Template): Check[] =>
  listPolicyStatements(template)
    .filter(({ statement: { Effect, Principal } }) => Effect === 'Allow' && readService(Principal).length > 0)
    // Trust policies are excluded: a service assumes a role only for the account that has passed it.
    .filter(({ statement: { Action } }) => !Action.includes('sts:AssumeRole'))
    .map(({ place, statement }) => {
      const sources = sourcesOf(statement);
      const holds = sources.length > 0 && sources.every(isLimiting);
      return check(
        `${place}.Condition.aws:SourceArn`,
        holds,
        sources[0],
        `${EXPECTED}, in one of ${LIMITING.join(', ')}`,
      );
    });

const readService = (principal: unknown): unknown[] =>
  typeof principal === 'object' ? readList(readProperty(principal, 'Service')) : [];

const sourcesOf = ({ Condition = {} }: PolicyStatement['statement']): unknown[] =>
  Object.entries(Condition)
    .filter(([operator]) => LIMITING.includes(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    // Condition keys are case-insensitive.
    .filter(([key]) => key.toLowerCase() === 'aws:sourcearn')
    .flatMap(([, value]) => readList(value));

const isLimiting = (source: unknown): boolean => !/^(arn:)?[:*]*$/.test(asText(source));

const examinePermissions = (template: Template): Check[] =>
  resourcesOf(template, 'AWS::Lambda::Permission')
    .filter(([, { Principal }]) => /\.amazonaws\.com(\.cn)?$/.test(String(Principal)))
    .map(([id, { SourceArn }]) =>
      check(`${id}.SourceArn`, SourceArn !== undefined && isLimiting(SourceArn), SourceArn, EXPECTED),
    );
