import { describe, expect, it } from 'vitest';
import type { AccessRequest, Principal } from '../../../local/iam/access.ts';
import { type AccessSettings, createAccess } from '../../../local/iam/create-access.ts';
import {
  ACCOUNT,
  allow,
  allowTo,
  BUCKET,
  consumer,
  deny,
  denyTo,
  KEY,
  KNOWN_ACTIONS,
  policy,
  QUEUE,
  root,
  s3,
  TOPIC,
} from './policies.ts';

const policies = [
  {
    place: 'ConsumerRole.Policies[0]',
    document: policy(
      allow({ Sid: 'Work', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: QUEUE }),
      deny({ Action: 's3:*', Resource: `${BUCKET}/secret` }),
    ),
  },
  {
    place: 'ConsumerAccess',
    document: policy(
      allow({ Action: ['s3:GetObject', 's3:PutObject'], Resource: [`${BUCKET}/*`, `${BUCKET}/a`] }),
      allow({ Action: 'kms:Decrypt', Resource: KEY }),
    ),
  },
];
const consumerRole = {
  name: 'consumer',
  accessKeyId: 'ASIACONSUMER',
  sessionName: 'order-pipeline-dev-consumer',
  policies,
};
const idleRole = { name: 'idle', accessKeyId: 'ASIAIDLE', sessionName: 'idle', policies: [] };
const key = {
  arn: KEY,
  place: 'TopicKey.KeyPolicy',
  policy: policy(
    allowTo({ AWS: ACCOUNT }, { Action: 'kms:*' }),
    allowTo({ Service: 's3.amazonaws.com' }, { Action: 'kms:Decrypt' }),
  ),
};
const settings: AccessSettings = { roles: [consumerRole, idleRole], keys: [key], administrators: ['local'] };

const create = (changes: Partial<AccessSettings> = {}) =>
  createAccess({ ...settings, ...changes }, KNOWN_ACTIONS);
const receive: AccessRequest = { action: 'sqs:ReceiveMessage', resource: QUEUE };

describe('createAccess', () => {
  it('identifies roles and administrators by their access keys', () => {
    const access = create();
    expect(access.identify('ASIACONSUMER')).toEqual(consumer);
    expect(access.identify('local')).toEqual(root);
    expect(access.identify('AKIAUNKNOWN')).toBeUndefined();
  });

  it('has settings that can be sent to a thread', () => {
    const access = createAccess(...structuredClone([settings, KNOWN_ACTIONS] as const));
    expect(access.check(consumer, receive)).toBeUndefined();
  });

  it('allows a role what one of its policies allows and none denies', () => {
    const access = create();
    const get = (key: string) =>
      access.check(consumer, { action: 's3:GetObject', resource: `${BUCKET}/${key}` });
    expect(get('a')).toBeUndefined();
    expect(get('secret')?.reason).toBe('with an explicit deny in an identity-based policy');
    expect(access.check(consumer, { ...receive, resource: TOPIC })?.reason).toBe(
      'because no identity-based policy allows the sqs:ReceiveMessage action',
    );
  });

  it('applies the policy of the resource, and its changes', () => {
    const access = create();
    const check = (resourcePolicy: string) => access.check(consumer, { ...receive, resourcePolicy })?.reason;
    const denial = JSON.stringify(policy(denyTo('*', { Action: 'sqs:*' })));
    expect(check(denial)).toBe('with an explicit deny in a resource-based policy');
    expect(check('')).toBeUndefined();
    expect(check(denial)).toBe('with an explicit deny in a resource-based policy');
  });

  it('applies the policies of keys, and allows nothing on an unknown key', () => {
    const access = create();
    const decrypt = (principal: Principal, resource: string) =>
      access.check(principal, { action: 'kms:Decrypt', resource })?.reason;
    expect(decrypt(consumer, KEY)).toBeUndefined();
    expect(decrypt(s3, KEY)).toBeUndefined();
    expect(decrypt(consumer, `${KEY}-2`)).toBe(
      'because no resource-based policy allows the kms:Decrypt action',
    );
    expect(decrypt(root, `${KEY}-2`)).toBe('because no resource-based policy allows the kms:Decrypt action');
  });

  it('decides by the session and by the context of a request', () => {
    const own = JSON.stringify(
      policy(
        allowTo('*', {
          Action: 's3:ListBucket',
          Condition: { StringLike: { 's3:prefix': 'a', 'aws:userid': '*:one' } },
        }),
      ),
    );
    const access = create();
    const check = (sessionName: string, prefix: string) =>
      access.check(
        { ...consumer, sessionName },
        { action: 's3:ListBucket', resource: BUCKET, resourcePolicy: own, context: { 's3:prefix': prefix } },
      );
    expect(check('one', 'a')).toBeUndefined();
    expect(check('two', 'a')).toBeDefined();
    expect(check('one', 'b')).toBeDefined();
    expect(check('one', 'a')).toBeUndefined();
  });

  it('decides the same after its caches were full', () => {
    const access = create();
    const isAllowed = (name: string, resourcePolicy = '') =>
      access.check(consumer, { action: 's3:GetObject', resource: `${BUCKET}/${name}`, resourcePolicy }) ===
      undefined;
    const denial = (name: string) =>
      JSON.stringify(policy(denyTo('*', { Action: '*', Resource: `${BUCKET}/${name}` })));
    for (let index = 0; index <= 10_000; index++) expect(isAllowed(`a${index}`)).toBe(true);
    for (let index = 0; index <= 1_000; index++) expect(isAllowed('a0', denial(`a${index}`))).toBe(index > 0);
    expect(isAllowed('a0')).toBe(true);
    expect(isAllowed('a0', denial('a0'))).toBe(false);
    expect(isAllowed('a1', denial('a0'))).toBe(true);
    expect(isAllowed('secret')).toBe(false);
  });

  it.each<[string, Partial<AccessSettings>, string]>([
    [
      'an access key of two roles',
      { roles: [idleRole, { ...idleRole, name: 'b' }] },
      'role b: must be different, received "ASIAIDLE" twice',
    ],
    [
      'an access key of a role and an administrator',
      { administrators: ['ASIAIDLE'] },
      'role idle: must be different, received "ASIAIDLE" twice',
    ],
    [
      'a role with two sessions',
      { roles: [idleRole, { ...idleRole, accessKeyId: 'b' }] },
      'roles: must be different, received "idle" twice',
    ],
    ['a key with two policies', { keys: [key, key] }, `keys: must be different, received "${KEY}" twice`],
    [
      'a key’s policy without a principal',
      { keys: [{ ...key, policy: policy(allow()) }] },
      'TopicKey.KeyPolicy.Statement[0]: must have either Principal',
    ],
    [
      'a role’s policy with an unknown action',
      {
        roles: [
          { ...idleRole, policies: [{ place: 'Idle', document: policy(allow({ Action: 'sqs:Sent' })) }] },
        ],
      },
      'Idle.Statement[0].Action: matches no known action',
    ],
  ])('refuses %s', (_, changes, message) => {
    expect(() => create(changes)).toThrow(message);
  });

  it('refuses a request of an unknown role', () => {
    expect(() => create().check({ ...consumer, roleName: 'producer' }, receive)).toThrow(
      'roles: "producer" is unknown, add it to the settings',
    );
  });
});

describe('validate', () => {
  it('accepts a policy that can be enforced', () => {
    expect(create().validate(JSON.stringify(policy(denyTo('*'))))).toBeUndefined();
  });

  it.each([
    ['{', 'policy: must be JSON, received "{"'],
    ['{}', 'policy.Statement[0]: Invalid input: expected object, received nothing'],
    [JSON.stringify(policy(allow())), 'policy.Statement[0]: must have either Principal or NotPrincipal'],
  ])('returns why %s cannot be enforced', (text, message) => {
    expect(create().validate(text)).toContain(message);
  });

  it('is what a check throws for such a policy', () => {
    expect(() => create().check(consumer, { ...receive, resourcePolicy: '{' })).toThrow(
      `policy of ${QUEUE}: must be JSON, received "{"`,
    );
  });
});

describe('usage', () => {
  it('lists each right of a role, and whether a request needed it', () => {
    const access = create();
    access.check(consumer, receive);
    access.check(consumer, { action: 's3:PutObject', resource: `${BUCKET}/b` });
    access.check(consumer, { action: 's3:GetObject', resource: `${BUCKET}/secret` });
    access.check(root, { action: 'sqs:DeleteMessage', resource: QUEUE });
    const shown = access
      .usage()
      .map(({ role, place, action, resource, used }) => [role, place, action, resource, used]);
    const work = 'ConsumerRole.Policies[0].Statement[0]';
    const objects = 'ConsumerAccess.Statement[0]';
    expect(shown).toEqual([
      ['consumer', work, 'sqs:ReceiveMessage', QUEUE, true],
      ['consumer', work, 'sqs:DeleteMessage', QUEUE, false],
      ['consumer', objects, 's3:GetObject', `${BUCKET}/*`, false],
      ['consumer', objects, 's3:GetObject', `${BUCKET}/a`, false],
      ['consumer', objects, 's3:PutObject', `${BUCKET}/*`, true],
      ['consumer', objects, 's3:PutObject', `${BUCKET}/a`, false],
      ['consumer', 'ConsumerAccess.Statement[1]', 'kms:Decrypt', KEY, false],
    ]);
    expect(access.usage()[0]?.sid).toBe('Work');
  });

  it('counts all rights that allow a request', () => {
    const access = create();
    access.check(consumer, { action: 's3:GetObject', resource: `${BUCKET}/a` });
    expect(access.usage().flatMap(({ used, resource }) => (used ? [resource] : []))).toEqual([
      `${BUCKET}/*`,
      `${BUCKET}/a`,
    ]);
  });

  it('distinguishes roles with the same policy', () => {
    const access = create({ roles: [consumerRole, { ...idleRole, name: 'worker', policies }] });
    access.check({ kind: 'role', roleName: 'worker', sessionName: 'idle' }, receive);
    const used = access.usage().filter((grant) => grant.used);
    expect(used.map(({ role, action }) => [role, action])).toEqual([['worker', 'sqs:ReceiveMessage']]);
  });
});
