import { describe, expect, it } from 'vitest';
import { userIdOf } from '../../../local/iam/principal.ts';
import {
  ACCOUNT,
  allow,
  allowTo,
  BUCKET,
  consumer,
  decide,
  deny,
  denyTo,
  KEY,
  QUEUE,
  type Question,
  ROLE,
  root,
  SESSION,
  s3,
  sns,
  TOPIC,
} from './policies.ts';

const ALLOWED = 'is allowed';
const NOT_BY_ROLE = 'is allowed by no identity-based policy';
const NOT_BY_OWN = 'is allowed by no resource-based policy';
const DENIED_BY_ROLE = 'is denied by an identity-based policy';
const DENIED_BY_OWN = 'is denied by a resource-based policy';

const REASONS: Record<string, (action: string) => string | undefined> = {
  [ALLOWED]: () => undefined,
  [NOT_BY_ROLE]: (action) => `because no identity-based policy allows the ${action} action`,
  [NOT_BY_OWN]: (action) => `because no resource-based policy allows the ${action} action`,
  [DENIED_BY_ROLE]: () => 'with an explicit deny in an identity-based policy',
  [DENIED_BY_OWN]: () => 'with an explicit deny in a resource-based policy',
};

/** Tests of decisions: who asks, what the answer is, and the request with its policies. The first two make a sentence. */
function decides(decisions: readonly (readonly [who: string, outcome: string, question: Question])[]) {
  it.each(decisions)('%s %s', (_, outcome, question) => {
    const { denial } = decide(question);
    expect(denial?.reason).toBe(REASONS[outcome]?.(question.action ?? 'sqs:SendMessage'));
  });
}

const SNS = { Service: 'sns.amazonaws.com' };
const DLQ = { Resource: `${QUEUE}-dlq` };
const RECEIVE = { Action: 'sqs:ReceiveMessage' };
const OTHER_ACCOUNTS = { StringNotEquals: { 'aws:PrincipalAccount': '000000000000' } };
const NOT_OF_AWS = { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } };

/** Statements with a condition. */
const when = (...conditions: readonly object[]) => ({ Condition: Object.assign({}, ...conditions) });

describe('A role', () => {
  decides([
    ['without any policy', NOT_BY_ROLE, {}],
    ['with the right', ALLOWED, { role: allow({ Resource: QUEUE }) }],
    ['with the right to another queue', NOT_BY_ROLE, { role: allow(DLQ) }],
    ['with the right to another action', NOT_BY_ROLE, { role: allow(RECEIVE) }],
    ['with the right in the second of two statements', ALLOWED, { role: [allow(RECEIVE), allow()] }],
    ['with the right and a denial', DENIED_BY_ROLE, { role: [allow(), deny()] }],
    ['with a denial, then the right', DENIED_BY_ROLE, { role: [deny(), allow()] }],
    ['with the right, and a denial of another action', ALLOWED, { role: [allow(), deny(RECEIVE)] }],
    ['with only a denial of another action', NOT_BY_ROLE, { role: deny(RECEIVE) }],
    ['with a denial, whom the queue allows', DENIED_BY_ROLE, { role: deny(), own: allowTo({ AWS: ROLE }) }],
    ['with the right, whom the queue denies', DENIED_BY_OWN, { role: allow(), own: denyTo('*') }],
    ['that role and queue deny', DENIED_BY_ROLE, { role: deny(), own: denyTo('*') }],
    [
      'with the right, when the queue denies another action',
      ALLOWED,
      { role: allow(), own: denyTo('*', RECEIVE) },
    ],
    ['whom the queue allows and denies', DENIED_BY_OWN, { own: [allowTo({ AWS: ROLE }), denyTo('*')] }],
    ['whom the queue allows', ALLOWED, { own: allowTo({ AWS: ROLE }) }],
    ['whose session the queue allows', ALLOWED, { own: allowTo({ AWS: SESSION }) }],
    ['of whom the queue allows another session', NOT_BY_ROLE, { own: allowTo({ AWS: `${SESSION}2` }) }],
    ['when the queue allows another role', NOT_BY_ROLE, { own: allowTo({ AWS: `${ROLE}2` }) }],
    ['when the queue allows everyone', ALLOWED, { own: allowTo('*') }],
    ['when the queue allows all of AWS', ALLOWED, { own: allowTo({ AWS: '*' }) }],
    ['when the queue allows a service', NOT_BY_ROLE, { own: allowTo(SNS) }],
    ['when the queue allows a service and the role', ALLOWED, { own: allowTo({ ...SNS, AWS: [ROLE] }) }],
    ['whom the queue allows for another queue', NOT_BY_ROLE, { own: allowTo({ AWS: ROLE }, DLQ) }],
    ['whose account the queue allows by its ARN', NOT_BY_ROLE, { own: allowTo({ AWS: ACCOUNT }) }],
    ['whose account the queue allows by its ID', NOT_BY_ROLE, { own: allowTo({ AWS: '000000000000' }) }],
    [
      'with the right, whose account the queue allows',
      ALLOWED,
      { role: allow(), own: allowTo({ AWS: ACCOUNT }) },
    ],
    ['when the queue allows the account and the role', ALLOWED, { own: allowTo({ AWS: [ACCOUNT, ROLE] }) }],
    [
      'with the right, whose account the queue denies',
      DENIED_BY_OWN,
      { role: allow(), own: denyTo({ AWS: ACCOUNT }) },
    ],
    [
      'with the right, when the queue denies another account',
      ALLOWED,
      { role: allow(), own: denyTo({ AWS: '111122223333' }) },
    ],
    ['with the right, when the queue denies a service', ALLOWED, { role: allow(), own: denyTo(SNS) }],
  ]);
});

describe('A role with the right', () => {
  const denied = (condition: object): Question => ({ role: allow(), own: denyTo('*', when(condition)) });
  decides([
    [
      'when the queue denies requests without TLS',
      ALLOWED,
      denied({ Bool: { 'aws:SecureTransport': 'false' } }),
    ],
    [
      'when the queue denies requests with TLS',
      DENIED_BY_OWN,
      denied({ Bool: { 'aws:SecureTransport': 'true' } }),
    ],
    ['when the queue denies other accounts', ALLOWED, denied(OTHER_ACCOUNTS)],
    ['when the queue denies all but services', DENIED_BY_OWN, denied(NOT_OF_AWS)],
    [
      'when the queue denies all but services of other accounts',
      ALLOWED,
      denied({ ...OTHER_ACCOUNTS, ...NOT_OF_AWS }),
    ],
    [
      'when the queue denies all but this role',
      ALLOWED,
      denied({ ArnNotEquals: { 'aws:PrincipalArn': ROLE } }),
    ],
    [
      'when the queue denies all but another role',
      DENIED_BY_OWN,
      denied({ ArnNotEquals: { 'aws:PrincipalArn': `${ROLE}2` } }),
    ],
    // aws:PrincipalArn is the ARN of the role.
    [
      'when the queue denies all but this session',
      DENIED_BY_OWN,
      denied({ ArnNotEquals: { 'aws:PrincipalArn': SESSION } }),
    ],
    [
      'when the queue denies all but requests from a topic',
      DENIED_BY_OWN,
      denied({ ArnNotEquals: { 'aws:SourceArn': TOPIC } }),
    ],
  ]);
});

describe('A service', () => {
  const source = {
    ArnEquals: { 'aws:SourceArn': TOPIC },
    StringEquals: { 'aws:SourceAccount': '000000000000' },
  };
  const fromTopic = allowTo(SNS, when(source));
  const fromOtherAccount = allowTo(SNS, when({ StringEquals: { 'aws:SourceAccount': '111122223333' } }));
  const otherTopic = { ...sns, sourceArn: `${TOPIC}2` };
  const defaultPolicy = allowTo(
    { AWS: '*' },
    { Action: 'SNS:Publish', ...when({ StringEquals: { 'AWS:SourceOwner': '000000000000' } }) },
  );
  decides([
    ['without a policy of the queue', NOT_BY_OWN, { by: sns }],
    ['whom the queue allows', ALLOWED, { by: sns, own: allowTo(SNS) }],
    ['when the queue allows another one', NOT_BY_OWN, { by: s3, own: allowTo(SNS) }],
    ['when the queue allows everyone', ALLOWED, { by: sns, own: allowTo('*') }],
    ['when the queue allows the account', NOT_BY_OWN, { by: sns, own: allowTo({ AWS: ACCOUNT }) }],
    ['whom the queue allows and denies', DENIED_BY_OWN, { by: sns, own: [allowTo(SNS), denyTo(SNS)] }],
    ['for the topic that the queue allows', ALLOWED, { by: sns, own: fromTopic }],
    ['for another topic', NOT_BY_OWN, { by: otherTopic, own: fromTopic }],
    [
      'for a topic, when the queue allows topics of another account',
      NOT_BY_OWN,
      { by: sns, own: fromOtherAccount },
    ],
    [
      'that is not excepted from a denial of other accounts',
      DENIED_BY_OWN,
      { by: sns, own: [fromTopic, denyTo('*', when(OTHER_ACCOUNTS))] },
    ],
    [
      'that is excepted from a denial of other accounts',
      ALLOWED,
      { by: sns, own: [fromTopic, denyTo('*', when(OTHER_ACCOUNTS, NOT_OF_AWS))] },
    ],
    [
      'when the topic has the default policy',
      NOT_BY_OWN,
      { by: s3, action: 'sns:Publish', resource: TOPIC, own: defaultPolicy },
    ],
  ]);

  it('does not pass for a role that sends a request itself', () => {
    expect(decide({ own: fromTopic }).denial?.reason).toContain('no identity-based policy');
    const everyone = allowTo('*', when({ ArnEquals: { 'aws:SourceArn': TOPIC } }));
    expect(decide({ own: everyone }).denial?.reason).toContain('no identity-based policy');
  });
});

describe('The root user', () => {
  decides([
    ['without any policy', ALLOWED, { by: root }],
    ['when the queue denies everyone', DENIED_BY_OWN, { by: root, own: denyTo('*') }],
    ['when the queue denies the account', DENIED_BY_OWN, { by: root, own: denyTo({ AWS: ACCOUNT }) }],
    ['when the queue denies a role', ALLOWED, { by: root, own: denyTo({ AWS: ROLE }) }],
    ['when the queue allows only a role', ALLOWED, { by: root, own: allowTo({ AWS: ROLE }) }],
    [
      'when the queue denies other accounts',
      ALLOWED,
      { by: root, own: denyTo('*', when(OTHER_ACCOUNTS, NOT_OF_AWS)) },
    ],
  ]);
});

describe('A request for a KMS key', () => {
  const both = { Action: ['kms:GenerateDataKey', 'kms:Decrypt'] };
  const throughIam = allowTo({ AWS: ACCOUNT }, { Action: 'kms:*' });
  const generateThroughIam = allowTo({ AWS: ACCOUNT }, { Action: 'kms:GenerateDataKey' });
  const toBucket = allowTo(
    { Service: 's3.amazonaws.com' },
    { ...both, ...when({ ArnEquals: { 'aws:SourceArn': BUCKET } }) },
  );
  const decrypt = (question: Question): Question => ({ action: 'kms:Decrypt', resource: KEY, ...question });
  const right = allow({ ...both, Resource: KEY });
  decides([
    [
      'by a role with the right, when the key leaves it to IAM',
      ALLOWED,
      decrypt({ role: right, own: throughIam }),
    ],
    ['by a role without the right, when the key leaves it to IAM', NOT_BY_ROLE, decrypt({ own: throughIam })],
    [
      'by a role with the right, when the key leaves it nothing',
      NOT_BY_OWN,
      decrypt({ role: right, own: toBucket }),
    ],
    [
      'by a role with the right, when the key leaves only another action to IAM',
      NOT_BY_OWN,
      decrypt({ role: right, own: generateThroughIam }),
    ],
    [
      'by a role without the right, whom the key allows',
      ALLOWED,
      decrypt({ own: allowTo({ AWS: ROLE }, both) }),
    ],
    [
      'by a role with the right, whom the key denies',
      DENIED_BY_OWN,
      decrypt({ role: right, own: [throughIam, denyTo({ AWS: ROLE }, both)] }),
    ],
    [
      'by a role with the right and a denial',
      DENIED_BY_ROLE,
      decrypt({ role: [right, deny(both)], own: throughIam }),
    ],
    ['by the root user, when the key leaves it to IAM', ALLOWED, decrypt({ by: root, own: throughIam })],
    [
      'by the root user, when the key allows only a role',
      NOT_BY_OWN,
      decrypt({ by: root, own: allowTo({ AWS: ROLE }, both) }),
    ],
    ['by S3 for a bucket that the key allows', ALLOWED, decrypt({ by: s3, own: [throughIam, toBucket] })],
    [
      'by S3 for another bucket',
      NOT_BY_OWN,
      decrypt({ by: { ...s3, sourceArn: `${BUCKET}2` }, own: [throughIam, toBucket] }),
    ],
    ['by S3, when the key leaves it to IAM', NOT_BY_OWN, decrypt({ by: s3, own: throughIam })],
  ]);
});

describe('An action', () => {
  decides([
    ['in another case', ALLOWED, { role: allow({ Action: 'SQS:sendmessage' }) }],
    ['that a wildcard for its service matches', ALLOWED, { role: allow({ Action: 'sqs:*' }) }],
    ['that a wildcard for all services matches', ALLOWED, { role: allow({ Action: '*' }) }],
    ['that a wildcard within its name matches', ALLOWED, { role: allow({ Action: 'sqs:*Message' }) }],
    ['that question marks match', ALLOWED, { role: allow({ Action: 'sqs:Send???????' }) }],
    [
      'that is longer than question marks',
      NOT_BY_ROLE,
      { action: 'sqs:SendMessageBatch', role: allow({ Action: 'sqs:Send???????' }) },
    ],
    [
      'of another service than a wildcard',
      NOT_BY_ROLE,
      { action: 'sns:Publish', role: allow({ Action: 'sqs:*' }) },
    ],
    ['that one of two patterns matches', ALLOWED, { role: allow({ Action: ['s3:GetObject', 'sqs:Send*'] }) }],
    ['that NotAction lists', NOT_BY_ROLE, { role: allow({ NotAction: ['SQS:Send*', 's3:*'] }) }],
    ['that NotAction does not list', ALLOWED, { role: allow({ NotAction: ['sqs:ReceiveMessage', 's3:*'] }) }],
    ['that NotAction of a denial lists', ALLOWED, { role: [allow(), deny({ NotAction: 'sqs:*' })] }],
    [
      'that NotAction of a denial does not list',
      DENIED_BY_ROLE,
      { role: [allow(), deny({ NotAction: 'sqs:Receive*' })] },
    ],
  ]);
});

/** A read of an object by a role that may read what a pattern matches. */
const read = (key: string, pattern: string, context?: Record<string, string>): Question => ({
  action: 's3:GetObject',
  resource: `${BUCKET}${key}`,
  role: allow({ Action: 's3:GetObject', Resource: `${BUCKET}${pattern}` }),
  ...(context && { context }),
});

describe('A resource', () => {
  decides([
    ['in another case', NOT_BY_ROLE, read('/A', '/a')],
    ['that a wildcard matches', ALLOWED, read('/a/b.json', '/*')],
    ['that is the bucket, whose objects a wildcard matches', NOT_BY_ROLE, read('', '/*')],
    ['with a line break, that a wildcard matches', ALLOWED, read('/a\nb', '/*')],
    ['that two wildcards match', ALLOWED, read('/a.csv.parts/1', '/*.parts/*')],
    ['that one of two wildcards matches', NOT_BY_ROLE, read('/a.csv.part', '/*.parts/*')],
    ['with one character for a question mark', ALLOWED, read('/a1', '/a?')],
    ['with two characters for a question mark', NOT_BY_ROLE, read('/a12', '/a?')],
    ['with none for a question mark', NOT_BY_ROLE, read('/a', '/a?')],
    ['with another character for a full stop', NOT_BY_ROLE, read('/a-csv', '/a.csv')],
    ['of any region and account', ALLOWED, { role: allow({ Resource: 'arn:aws:sqs:*:*:orders' }) }],
    [
      'with a colon, that a wildcard matches',
      ALLOWED,
      { resource: `${TOPIC}:12`, role: allow({ Resource: 'arn:aws:sns:us-east-1:*:12' }) },
    ],
    ['that one of two patterns matches', ALLOWED, { role: allow({ Resource: [TOPIC, QUEUE] }) }],
    ['that NotResource lists', NOT_BY_ROLE, { role: allow({ NotResource: [TOPIC, QUEUE] }) }],
    ['that NotResource does not list', ALLOWED, { role: allow({ NotResource: TOPIC }) }],
    [
      'that NotResource of a denial does not list',
      DENIED_BY_ROLE,
      { role: [allow(), deny({ NotResource: TOPIC })] },
    ],
    [
      'that is *, since the action applies to none',
      ALLOWED,
      { action: 'sqs:ListQueues', resource: '*', role: allow({ Action: 'sqs:ListQueues' }) },
    ],
    [
      'that is *, when the policy names a queue',
      NOT_BY_ROLE,
      { action: 'sqs:ListQueues', resource: '*', role: allow({ Action: 'sqs:*', Resource: QUEUE }) },
    ],
  ]);
});

describe('NotPrincipal of a denial', () => {
  const allBut = (...AWS: readonly string[]) => [deny({ NotPrincipal: { AWS } }), allowTo('*')];
  decides([
    ['with session, role and account: the session', ALLOWED, { own: allBut(SESSION, ROLE, ACCOUNT) }],
    ['with role and account: the session', DENIED_BY_OWN, { own: allBut(ROLE, ACCOUNT) }],
    ['with the account: the session', DENIED_BY_OWN, { own: allBut(ACCOUNT) }],
    ['with the account: the root user', ALLOWED, { by: root, own: allBut('000000000000') }],
    ['with everyone: the session', ALLOWED, { own: allBut('*') }],
    ['with everyone of AWS: a service', ALLOWED, { by: sns, own: allBut('*') }],
    ['with a service: this service', ALLOWED, { by: sns, own: [deny({ NotPrincipal: SNS }), allowTo(SNS)] }],
    ['with a service: a role', DENIED_BY_OWN, { own: [deny({ NotPrincipal: SNS }), allowTo('*')] }],
  ]);
});

describe('A policy variable', () => {
  const differs = { StringNotEquals: { 'aws:RequestedRegion': `\${aws:username}` } };
  decides([
    ['with the value of the request', ALLOWED, read('/us-east-1/a', `/\${aws:RequestedRegion}/*`)],
    ['with another value', NOT_BY_ROLE, read('/eu-west-1/a', `/\${aws:RequestedRegion}/*`)],
    ['in another case', ALLOWED, read('/us-east-1', `/\${AWS:requestedregion}`)],
    [
      'with a wildcard as its value, which is text',
      NOT_BY_ROLE,
      read('/abc', `/\${s3:prefix}`, { 's3:prefix': 'a*' }),
    ],
    ['without a value', NOT_BY_ROLE, read('/', `/\${aws:username}*`)],
    [
      'without a value in NotResource, which excludes nothing',
      ALLOWED,
      { role: allow({ NotResource: `${QUEUE}\${aws:username}` }) },
    ],
    [
      'without a value in a negated condition, which holds',
      DENIED_BY_ROLE,
      { role: [allow(), deny(when(differs))] },
    ],
    ['without a value, but with a default', ALLOWED, read('/all/a', `/\${aws:username, 'all'}/*`)],
    ['with a value and a default', ALLOWED, read('/us-east-1', `/\${aws:RequestedRegion, 'all'}`)],
    ['for an asterisk, with an asterisk', ALLOWED, read('/a*b', `/a\${*}b`)],
    ['for an asterisk, with another character', NOT_BY_ROLE, read('/aXb', `/a\${*}b`)],
    ['for a question mark and a dollar sign, with both', ALLOWED, read('/a?$', `/a\${?}\${$}`)],
  ]);
});

describe('A description of a statement of Redshift', () => {
  const owner = 'redshift-data:statement-owner-iam-userid';
  const own = when({ StringEquals: { [owner]: `\${aws:userid}` } });
  const describeBy = (context: Record<string, string>): Question => ({
    action: 'redshift-data:DescribeStatement',
    resource: '*',
    role: allow({ Action: 'redshift-data:DescribeStatement', ...own }),
    context,
  });
  decides([
    ['by its sender', ALLOWED, describeBy({ [owner]: String(userIdOf(consumer)) })],
    ['by another session', NOT_BY_ROLE, describeBy({ [owner]: `${userIdOf(consumer)}2` })],
    ['without a sender', NOT_BY_ROLE, describeBy({})],
  ]);
});

describe('A list of a bucket', () => {
  const values = ['*.parts/*', '*.receipt.json'];
  const list = (context: Record<string, string>): Question => ({
    action: 's3:ListBucket',
    resource: BUCKET,
    role: allow({
      Action: 's3:ListBucket',
      Resource: BUCKET,
      ...when({ StringLike: { 's3:prefix': values } }),
    }),
    context,
  });
  decides([
    ['with a prefix that the first value matches', ALLOWED, list({ 's3:prefix': 'orders.csv.parts/' })],
    [
      'with a prefix that the second value matches',
      ALLOWED,
      list({ 'S3:Prefix': 'orders.csv.receipt.json' }),
    ],
    ['with a prefix that no value matches', NOT_BY_ROLE, list({ 's3:prefix': 'orders' })],
    ['without a prefix', NOT_BY_ROLE, list({})],
  ]);
});

describe('evaluate', () => {
  it('describes a denial in AWS’s words', () => {
    expect(decide({}).denial).toEqual({
      principal: SESSION,
      action: 'sqs:SendMessage',
      resource: QUEUE,
      reason: 'because no identity-based policy allows the sqs:SendMessage action',
      message: `User: ${SESSION} is not authorized to perform: sqs:SendMessage on resource: ${QUEUE} because no identity-based policy allows the sqs:SendMessage action`,
    });
  });

  it('names a service by its service principal', () => {
    expect(decide({ by: s3, action: 'sns:Publish', resource: TOPIC }).denial?.message).toBe(
      `User: s3.amazonaws.com is not authorized to perform: sns:Publish on resource: ${TOPIC} because no resource-based policy allows the sns:Publish action`,
    );
  });

  it('returns all rules that allow a request, of both policies', () => {
    const { identityRules, resourceRules } = decide({
      role: [
        allow({ Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'], Resource: [QUEUE, TOPIC] }),
        allow({ Action: 'sqs:Send*' }),
        deny({ Resource: TOPIC }),
      ],
      own: allowTo('*', { Resource: QUEUE }),
    });
    const shown = (rules: typeof identityRules) =>
      rules.map(({ action, resource }) => `${action} ${resource}`);
    expect(shown(identityRules)).toEqual([`sqs:SendMessage ${QUEUE}`, 'sqs:Send* *']);
    expect(shown(resourceRules)).toEqual([`sqs:SendMessage ${QUEUE}`]);
  });
});
