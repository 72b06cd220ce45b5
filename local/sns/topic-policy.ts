import { parseJson } from '../../lib/json.ts';
import { invalidParameter, notFound } from './errors.ts';
import { defaultPolicy, type Topic } from './topic.ts';

/**
 * Actions that AddPermission can grant:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
 */
const ACTIONS = [
  'AddPermission',
  'DeleteTopic',
  'GetDataProtectionPolicy',
  'GetTopicAttributes',
  'ListSubscriptionsByTopic',
  'ListTagsForResource',
  'Publish',
  'PutDataProtectionPolicy',
  'RemovePermission',
  'SetTopicAttributes',
  'Subscribe',
];

interface Statement {
  Sid?: unknown;
}

/** Returns the policy of a topic. */
export const policyOf = ({ attributes, arn }: Topic): string => attributes.Policy ?? defaultPolicy(arn);

/**
 * Returns a topic's policy with a statement that lets accounts call actions.
 *
 * @throws AwsError `InvalidParameter` for an unknown action or a label that exists
 */
export function addStatement(topic: Topic, label: string, accountIds: string[], actions: string[]): string {
  const unknown = actions.find((action) => !ACTIONS.includes(action));
  if (unknown !== undefined || actions.length === 0) {
    throw invalidParameter(
      `Policy statement action out of service scope! Received ${unknown ?? 'no action'}`,
    );
  }
  const policy = readPolicy(topic);
  if (policy.Statement.some(({ Sid }) => Sid === label)) throw invalidParameter('Statement already exists');
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(accountIds.map((id) => `arn:aws:iam::${id}:root`)) },
    Action: oneOrAll(actions.map((action) => `SNS:${action}`)),
    Resource: topic.arn,
  };
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
}

/** @throws AwsError `NotFound` for an unknown label */
export function removeStatement(topic: Topic, label: string): string {
  const policy = readPolicy(topic);
  const others = policy.Statement.filter(({ Sid }) => Sid !== label);
  if (others.length === policy.Statement.length) throw notFound('Statement');
  return JSON.stringify({ ...policy, Statement: others });
}

function readPolicy(topic: Topic): { Statement: Statement[] } {
  const policy = Object(parseJson(policyOf(topic))) as { Statement?: Statement | Statement[] };
  return { ...policy, Statement: [policy.Statement ?? []].flat() };
}

const oneOrAll = (values: string[]): string | string[] => (values.length === 1 ? String(values[0]) : values);
