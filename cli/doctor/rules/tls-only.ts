import { listPolicyStatements } from '../../template/policy-statements.ts';
import { asText, findReferred } from '../../template/references.ts';
import { readProperty, resourcesOf, type Statement, type Template } from '../../template/template.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

interface Guarded {
  type: string;
  /** Type of the policy. */
  policy: string;
  /** The actions that the policy must deny. */
  actions: readonly string[];
  page: string;
}

const GUARDED: readonly Guarded[] = [
  {
    type: 'AWS::SQS::Queue',
    policy: 'AWS::SQS::QueuePolicy',
    actions: ['sqs:*'],
    page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html',
  },
  {
    type: 'AWS::SNS::Topic',
    policy: 'AWS::SNS::TopicPolicy',
    // The actions that transfer orders. SNS does not accept sns:* in a topic policy.
    actions: ['sns:Publish', 'sns:Subscribe'],
    page: 'https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html',
  },
  {
    type: 'AWS::S3::Bucket',
    policy: 'AWS::S3::BucketPolicy',
    actions: ['s3:*'],
    page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html',
  },
];

export const tlsOnly: Rule = {
  id: 'tls-only',
  title: 'Queues, topics and buckets refuse requests without TLS',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html',
  examine: (template) =>
    GUARDED.flatMap((guarded) =>
      onPage(
        guarded.page,
        resourcesOf(template, guarded.type).map(([id]) => examineResource(template, guarded, id)),
      ),
    ),
};

function examineResource(template: Template, guarded: Guarded, id: string): Check {
  const isDenied = listPolicyStatements(template)
    .filter(({ type }) => type === guarded.policy)
    .some(({ statement }) => deniesWithoutTls(template, statement, guarded, id));
  const expected = `a policy that denies ${guarded.actions.join(', ')} to everyone without aws:SecureTransport`;
  return check(id, isDenied, undefined, expected);
}

function deniesWithoutTls(
  template: Template,
  { Effect, Principal, Action, Resource, Condition }: Statement,
  { type, actions }: Guarded,
  id: string,
): boolean {
  const denied = Action.map((action) => action.toLowerCase());
  const isAll = (action: string) => denied.some((each) => [action.toLowerCase(), '*'].includes(each));
  // A bucket and its objects are separate resources.
  const objects = type === 'AWS::S3::Bucket' ? ['', '/*'] : [''];
  const names = Resource.map(asText);
  const isMeant = (suffix: string) =>
    names.some(
      (name) =>
        name === '*' ||
        (name.endsWith(suffix) &&
          findReferred(template, type, name.slice(0, name.length - suffix.length)) === id),
    );
  return (
    Effect === 'Deny' &&
    (Principal === '*' || readProperty(Principal, 'AWS') === '*') &&
    actions.every(isAll) &&
    objects.every(isMeant) &&
    String(Condition?.Bool?.['aws:SecureTransport']) === 'false'
  );
}
