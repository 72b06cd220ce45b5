import { listPolicyStatements, type PolicyStatement } from '../../template/policy-statements.ts';
import { asText } from '../../template/references.ts';
import { readList, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, type Rule } from '../rule.ts';

/** Operators that a request without the key, or with another value, does not pass: none with `IfExists`, none with `Not`. */
const LIMITING = ['ArnEquals', 'ArnLike', 'StringEquals', 'StringLike'];
const EXPECTED = 'the ARN of the source, not *';

/** A service acts for whoever asks it to, in any account, unless the policy says on behalf of what it may. */
export const sourceArn: Rule = {
  id: 'source-arn',
  title: 'A service is let in on behalf of one source only',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
  examine: (template) => [...examinePolicies(template), ...examinePermissions(template)],
};

const examinePolicies = (template: Template): Check[] =>
  listPolicyStatements(template)
    .filter(({ statement: { Effect, Principal } }) => Effect === 'Allow' && readService(Principal).length > 0)
    // Who may take on a role is another matter: services assume roles for the account that passes them.
    .filter(({ statement: { Action } }) => !Action.includes('sts:AssumeRole'))
    .map(({ place, statement }) => {
      const sources = sourcesOf(statement);
      const holds = sources.length > 0 && sources.every(isLimiting);
      return check(
        `${place}.Condition.aws:SourceArn`,
        holds,
        sources[0],
        `${EXPECTED}, by one of ${LIMITING.join(', ')}`,
      );
    });

const readService = (principal: unknown): unknown[] =>
  typeof principal === 'object' ? readList(readProperty(principal, 'Service')) : [];

const sourcesOf = ({ Condition = {} }: PolicyStatement['statement']): unknown[] =>
  Object.entries(Condition)
    .filter(([operator]) => LIMITING.includes(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    // Condition keys do not mind their case.
    .filter(([key]) => key.toLowerCase() === 'aws:sourcearn')
    .flatMap(([, value]) => readList(value));

const isLimiting = (source: unknown): boolean => !/^(arn:)?[:*]*$/.test(asText(source));

const examinePermissions = (template: Template): Check[] =>
  resourcesOf(template, 'AWS::Lambda::Permission')
    .filter(([, { Principal }]) => /\.amazonaws\.com(\.cn)?$/.test(String(Principal)))
    .map(([id, { SourceArn }]) =>
      check(`${id}.SourceArn`, SourceArn !== undefined && isLimiting(SourceArn), SourceArn, EXPECTED),
    );
