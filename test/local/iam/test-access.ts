import { KNOWN_ACTIONS } from '../../../local/iam/actions.ts';
import { type AccessSettings, createAccess, type RecordingAccess } from '../../../local/iam/create-access.ts';
import { ACCOUNT_ID, REGION } from '../../../local/stack/account.ts';

/** Access key of the root user. */
export const ROOT_KEY = 'local';
/** Access key of the only role's session. */
export const ROLE_KEY = 'ASIACONSUMER';
export const SESSION_ARN = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/consumer/worker-1`;
/** A key that lets IAM policies control it, and the bucket `uploads`. */
export const KEY_ID = '00000000-0000-4000-8000-000000000001';
export const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/${KEY_ID}`;

export interface TestStatement {
  Effect?: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
  Condition?: object;
}

/** Returns settings with one role, `consumer`, that has these rights. */
export const settingsOf = (...rights: TestStatement[]): AccessSettings => ({
  administrators: [ROOT_KEY],
  roles: [
    {
      name: 'consumer',
      accessKeyId: ROLE_KEY,
      sessionName: 'worker-1',
      policies: [{ place: 'Consumer.Policies[0]', document: policyOf(rights) }],
    },
  ],
  keys: [{ arn: KEY_ARN, place: 'TopicKey', policy: KEY_POLICY }],
});

/** Creates the access of an account with one role, `consumer`, that has these rights. */
export const accessWith = (...rights: TestStatement[]): RecordingAccess =>
  createAccess(settingsOf(...rights), KNOWN_ACTIONS);

/** Options of an SDK client whose requests have this access key. */
export const signedWith = (accessKeyId: string) => ({
  credentials: { accessKeyId, secretAccessKey: 'any' },
});

/** Returns the message of a right that no policy of the role gives. */
export const notAllowed = (action: string, resource: string, kind = 'identity'): string =>
  `User: ${SESSION_ARN} is not authorized to perform: ${action} on resource: ${resource} because no ${kind}-based policy allows the ${action} action`;

/** Returns the message of a right that a resource's policy denies. */
export const denied = (action: string, resource: string): string =>
  `User: ${SESSION_ARN} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in a resource-based policy`;

/** Returns the JSON of a resource's policy. */
export const resourcePolicy = (...statements: (TestStatement & { Principal: unknown })[]): string =>
  JSON.stringify(policyOf(statements));

function policyOf(statements: readonly TestStatement[]): object {
  const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
  // A policy must have a statement.
  const none = { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' };
  return { Version: '2012-10-17', Statement: Statement.length > 0 ? Statement : [none] };
}

const KEY_POLICY = policyOf([
  { Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }, Action: 'kms:*', Resource: '*' },
  {
    Principal: { Service: 's3.amazonaws.com' },
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: '*',
    Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::uploads' } },
  },
] as (TestStatement & { Principal: unknown })[]);
