import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccessRequest, Principal } from '../../../local/iam/access.ts';
import { createAccess } from '../../../local/iam/create-access.ts';
import { propertyRuns } from '../../property-runs.ts';
import { BUCKET, consumer, KEY, KNOWN_ACTIONS, policy, QUEUE, ROLE, root, s3, sns } from './policies.ts';

const action = fc.constantFrom('sqs:SendMessage', 'sqs:ReceiveMessage', 's3:ListBucket', 'kms:Decrypt');
const resource = fc.constantFrom(QUEUE, `${QUEUE}\n`, BUCKET, `${BUCKET}/a`, KEY);

const elements = fc.record(
  {
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    Action: fc.oneof(action, fc.constantFrom('*', 'sqs:*')),
    Resource: fc.oneof(
      resource,
      fc.constantFrom('*', `${BUCKET}*`, `${BUCKET}/\${s3:prefix}`, `${QUEUE}\${aws:username, ''}`),
    ),
    Condition: fc.constantFrom(
      { StringLike: { 's3:prefix': 'a*' } },
      { StringNotEquals: { 's3:prefix': 'b' } },
      { ArnEquals: { 'aws:SourceArn': BUCKET } },
      { StringLike: { 'aws:userid': '*:two' } },
    ),
  },
  { requiredKeys: ['Effect', 'Action', 'Resource'] },
);
const named = fc
  .tuple(
    elements,
    fc.constantFrom('*', { AWS: ROLE }, { AWS: '000000000000' }, { Service: 's3.amazonaws.com' }),
  )
  .map(([rest, Principal]) => ({ ...rest, Principal }));

const policies = fc.record({
  identity: fc.array(elements, { minLength: 1, maxLength: 3 }),
  own: fc.array(fc.array(named, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
});

interface Check {
  principal: Principal;
  request: Omit<AccessRequest, 'resourcePolicy'>;
  /** Index of the resource's policy. Default: it has none. */
  own: number;
}

const checks: fc.Arbitrary<Check[]> = fc.array(
  fc.record({
    principal: fc.constantFrom<Principal>(
      consumer,
      { ...consumer, sessionName: 'two' },
      { ...consumer, roleName: 'producer' },
      root,
      s3,
      { ...s3, sourceArn: `${BUCKET}2` },
      { ...sns, sourceArn: BUCKET },
    ),
    request: fc.record(
      {
        action,
        resource,
        context: fc.constantFrom({}, { 's3:prefix': 'a' }, { 's3:prefix': 'b' }, { other: 'a' }),
      },
      { requiredKeys: ['action', 'resource'] },
    ),
    own: fc.nat(3),
  }),
  { minLength: 1, maxLength: 60 },
);

it('decides a request the same whether it decided others before or not', () => {
  fc.assert(
    fc.property(policies, checks, ({ identity, own }, requests) => {
      const ofConsumer = { place: 'Role', document: policy(...identity) };
      const create = () =>
        createAccess(
          {
            roles: [
              { name: 'consumer', accessKeyId: 'a', sessionName: 'one', policies: [ofConsumer] },
              { name: 'producer', accessKeyId: 'b', sessionName: 'one', policies: [] },
            ],
            keys: [{ arn: KEY, place: 'Key', policy: policy(...(own[0] ?? [])) }],
            administrators: [],
          },
          KNOWN_ACTIONS,
        );
      const cached = create();
      const used = new Set<string>();
      for (const { principal, request, own: index } of requests) {
        const statements = own[index];
        const asked = {
          ...request,
          ...(statements && { resourcePolicy: JSON.stringify(policy(...statements)) }),
        };
        const uncached = create();
        expect(cached.check(principal, asked)).toEqual(uncached.check(principal, asked));
        for (const grant of uncached.usage()) if (grant.used) used.add(JSON.stringify(grant));
      }
      const usedByAll = cached.usage().filter((grant) => grant.used);
      expect(new Set(usedByAll.map((grant) => JSON.stringify(grant)))).toEqual(used);
    }),
    propertyRuns(200),
  );
});
