import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../local/iam/policy.ts';
import { allow, allowTo, deny, denyTo, KNOWN_ACTIONS, policy, QUEUE } from './policies.ts';

const compile = (kind: 'identity' | 'resource', document: unknown) =>
  compilePolicy(document, { kind, place: 'Role.Policies[0]', knownActions: KNOWN_ACTIONS });
const statements = policy(allow()).Statement;

describe('compilePolicy', () => {
  it('names each statement by its place and its Sid', () => {
    const compiled = compile('identity', policy(allow({ Sid: 'Send' }), deny({ Resource: QUEUE })));
    expect(compiled.map(({ place, sid, effect }) => ({ place, sid, effect }))).toEqual([
      { place: 'Role.Policies[0].Statement[0]', sid: 'Send', effect: 'Allow' },
      { place: 'Role.Policies[0].Statement[1]', sid: undefined, effect: 'Deny' },
    ]);
  });

  it('lists a rule for each action and resource, and one for a negated element', () => {
    const [listed, negated] = compile(
      'identity',
      policy(
        allow({ Action: ['sqs:SendMessage', 'sqs:Receive*'], Resource: [QUEUE, `${QUEUE}-dlq`] }),
        allow({ NotAction: ['sqs:*', 'sns:*'], NotResource: QUEUE }),
      ),
    );
    const shown = (rules: typeof listed) => rules?.rules.map(({ action, resource }) => [action, resource]);
    expect(shown(listed)).toEqual([
      ['sqs:SendMessage', QUEUE],
      ['sqs:SendMessage', `${QUEUE}-dlq`],
      ['sqs:Receive*', QUEUE],
      ['sqs:Receive*', `${QUEUE}-dlq`],
    ]);
    expect(shown(negated)).toEqual([['not sqs:*, sns:*', `not ${QUEUE}`]]);
  });

  it('accepts one statement without a list, and conditions of numbers and booleans', () => {
    const Condition = { Bool: { 'aws:SecureTransport': true }, StringEquals: { 's3:prefix': [1, 'a'] } };
    const [statement] = compile('identity', { Version: '2012-10-17', Statement: allow({ Condition }) });
    const holds = (prefix: string) =>
      statement?.holds(new Map(Object.entries({ 'aws:securetransport': ['true'], 's3:prefix': [prefix] })));
    expect(holds('1')).toBe(true);
    expect(holds('2')).toBe(false);
  });

  it.each([{}, { Version: '2008-10-17' }])('treats variables as text with the version of %j', (version) => {
    const Resource = `${QUEUE}-\${aws:RequestedRegion}-\${*}`;
    const [statement] = compile('identity', { ...version, Statement: allow({ Resource }) });
    const [rule] = statement?.rules ?? [];
    const matches = (resource: string) =>
      rule?.matchesResource(resource, new Map([['aws:requestedregion', ['x']]]));
    expect(matches(`${QUEUE}-\${aws:RequestedRegion}-\${abc}`)).toBe(true);
    expect(matches(`${QUEUE}-x-*`)).toBe(false);
  });
});

describe('An identity policy is refused', () => {
  it.each<[reason: string, document: unknown, message: string]>([
    ['if it is not an object', 'allow', 'Role.Policies[0]: Invalid input: expected object, received "allow"'],
    ['without a statement', { Version: '2012-10-17' }, 'Role.Policies[0].Statement'],
    ['with an empty list of statements', policy(), 'Role.Policies[0].Statement: Too small'],
    [
      'with another version',
      { Version: '2012-10-18', Statement: statements },
      'Role.Policies[0].Version: Invalid option: expected one of "2008-10-17"|"2012-10-17", received "2012-10-18"',
    ],
    [
      'with an unknown element',
      { ...policy(allow()), Statements: [] },
      'Role.Policies[0]: Unrecognized key: "Statements"',
    ],
    [
      'with an Id',
      { ...policy(allow()), Id: 'a' },
      'Role.Policies[0].Id: only resource policies have an Id, remove "a"',
    ],
    [
      'with an unknown element of a statement',
      policy(allow(), allow({ Conditions: {} })),
      'Role.Policies[0].Statement[1]: Unrecognized key: "Conditions"',
    ],
    [
      'with another effect',
      policy(allow({ Effect: 'allow' })),
      'Role.Policies[0].Statement[0].Effect: Invalid option: expected one of "Allow"|"Deny", received "allow"',
    ],
    [
      'with a principal',
      policy(allow({ Principal: '*' })),
      'Role.Policies[0].Statement[0]: names a principal, which only resource policies do',
    ],
    [
      'without an action',
      policy({ Effect: 'Allow', Resource: '*' }),
      'Role.Policies[0].Statement[0]: must have either Action or NotAction, received neither',
    ],
    [
      'with Action and NotAction',
      policy(allow({ Action: '*', NotAction: 'sqs:*' })),
      'must have either Action or NotAction, received both',
    ],
    [
      'without a resource',
      policy({ Effect: 'Allow', Action: '*' }),
      'must have either Resource or NotResource, received neither',
    ],
    [
      'with an empty list of actions',
      policy(allow({ Action: [] })),
      'Role.Policies[0].Statement[0].Action: Too small',
    ],
    [
      'with a number as its action',
      policy(allow({ Action: [1] })),
      'Role.Policies[0].Statement[0].Action[0]: Invalid input: expected string, received 1',
    ],
    [
      'with an unknown action',
      policy(allow({ Action: 'sqs:SendMesage' })),
      'Role.Policies[0].Statement[0].Action: matches no known action, correct "sqs:SendMesage"',
    ],
    [
      'with a wildcard that matches no action',
      policy(allow({ NotAction: 'sqs:Purge*' })),
      'Role.Policies[0].Statement[0].NotAction: matches no known action, correct "sqs:Purge*"',
    ],
    [
      'with a variable in its action',
      policy(allow({ Action: `sqs:\${aws:username, 'SendMessage'}` })),
      'Role.Policies[0].Statement[0].Action: matches no known action',
    ],
    ['with an empty action', policy(allow({ Action: '' })), 'matches no known action, correct ""'],
    [
      'with the name of a resource',
      policy(allow({ Resource: 'orders' })),
      'Role.Policies[0].Statement[0].Resource: must be * or an ARN of six parts with variables only in the last, received "orders"',
    ],
    [
      'with an object as its resource',
      policy(allow({ Resource: { Ref: 'OrderQueue' } })),
      'Role.Policies[0].Statement[0].Resource[0]: Invalid input: expected string',
    ],
    [
      'with a variable before the fifth colon',
      policy(allow({ Resource: `arn:aws:sqs:\${aws:RequestedRegion}:0:a` })),
      'with variables only in the last',
    ],
    [
      'with an unknown variable',
      policy(allow({ Resource: `arn:aws:s3:::\${aws:SourceIp}` })),
      `Role.Policies[0].Statement[0].Resource: "\${aws:SourceIp}" is not a known variable`,
    ],
    [
      'with an unknown condition key',
      policy(allow({ Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.1' } } })),
      'Role.Policies[0].Statement[0].Condition.IpAddress: condition key "aws:SourceIp" is unknown',
    ],
    [
      'with an unknown condition operator',
      policy(allow({ Condition: { Equals: { 's3:prefix': 'a' } } })),
      'Role.Policies[0].Statement[0].Condition.Equals["s3:prefix"]: operator "Equals" is unknown',
    ],
    [
      'with an empty list of condition values',
      policy(allow({ Condition: { StringEquals: { 's3:prefix': [] } } })),
      'Too small',
    ],
    [
      'with an object as its condition value',
      policy(allow({ Condition: { StringEquals: { 's3:prefix': {} } } })),
      'Must be a string, number or boolean, received an object',
    ],
  ])('%s', (_, document, message) => {
    expect(() => compile('identity', document)).toThrow(message);
  });

  it('with all faults of its form', () => {
    const document = { Version: 1, Statement: [allow({ Effect: 'allow' })] };
    expect(() => compile('identity', document)).toThrow(
      /Version: .*, received 1\n.*Effect: .*, received "allow"/,
    );
  });
});

describe('A resource policy is refused', () => {
  const role = 'arn:aws:iam::000000000000:role/consumer';
  it.each<[reason: string, document: unknown, message: string]>([
    ['without a principal', policy(allow()), 'must have either Principal or NotPrincipal, received neither'],
    [
      'with Principal and NotPrincipal',
      policy(deny({ Principal: '*', NotPrincipal: '*' })),
      'must have either Principal or NotPrincipal, received both',
    ],
    [
      'if it allows with NotPrincipal',
      policy(allow({ NotPrincipal: { AWS: role } })),
      'Role.Policies[0].Statement[0].NotPrincipal: AWS supports it only with Deny',
    ],
    [
      'with a principal that is only text',
      policy(allowTo(role)),
      'Role.Policies[0].Statement[0].Principal: Invalid input: expected object',
    ],
    [
      'with an unknown kind of principal',
      policy(allowTo({ Federated: 'example.com' })),
      'Role.Policies[0].Statement[0].Principal: Unrecognized key: "Federated"',
    ],
    ['with an empty principal', policy(denyTo({})), 'Role.Policies[0].Statement[0].Principal: names no one'],
    [
      'with a pattern of roles',
      policy(allowTo({ AWS: [role, 'arn:aws:iam::000000000000:role/*'] })),
      'Role.Policies[0].Statement[0].Principal.AWS: must be *, an account ID, or the ARN of an account, a role or a role\'s session without wildcards, received "arn:aws:iam::000000000000:role/*"',
    ],
    ['with the name of a role', policy(allowTo({ AWS: 'consumer' })), 'received "consumer"'],
    [
      'with a service’s name',
      policy(allowTo({ Service: 'sns' })),
      'Role.Policies[0].Statement[0].Principal.Service: must be a service principal such as sns.amazonaws.com, received "sns"',
    ],
    ['with a pattern of services', policy(allowTo({ Service: '*' })), 'received "*"'],
    [
      'with a pattern in NotPrincipal',
      policy(deny({ NotPrincipal: { AWS: 'arn:aws:iam::*:root' } })),
      'Role.Policies[0].Statement[0].NotPrincipal.AWS: must be *',
    ],
  ])('%s', (_, document, message) => {
    expect(() => compile('resource', document)).toThrow(message);
  });

  it('but not with an Id', () => {
    expect(compile('resource', { ...policy(allowTo('*')), Id: 'orders' })).toHaveLength(1);
  });
});
