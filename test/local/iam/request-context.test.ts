import { expect, it } from 'vitest';
import type { Principal } from '../../../local/iam/access.ts';
import { CONDITION_KEYS, createContext } from '../../../local/iam/request-context.ts';
import { ACCOUNT, BUCKET, consumer, ROLE, root, s3 } from './policies.ts';

/** The keys that a request has, with their values. */
function keysOf(principal: Principal, serviceKeys?: Record<string, string>): Record<string, string> {
  const context = createContext(principal, serviceKeys);
  return Object.fromEntries(
    [...CONDITION_KEYS].flatMap((key) => (context.get(key) ?? []).map((value) => [key, value])),
  );
}

const ofAll = { 'aws:requestedregion': 'us-east-1', 'aws:securetransport': 'true' };
const ofAccount = { ...ofAll, 'aws:principalaccount': '000000000000', 'aws:principalisawsservice': 'false' };

it('has the keys of a role’s session', () => {
  expect(keysOf(consumer)).toEqual({
    ...ofAccount,
    'aws:principalarn': ROLE,
    'aws:userid': expect.stringMatching(/^AROA[0-9A-Z]{17}:order-pipeline-dev-consumer$/),
  });
});

it('has the keys of the root user', () => {
  expect(keysOf(root)).toEqual({ ...ofAccount, 'aws:principalarn': ACCOUNT, 'aws:userid': '000000000000' });
});

it('has the keys of a service that acts for a resource', () => {
  expect(keysOf(s3)).toEqual({
    ...ofAll,
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': 's3.amazonaws.com',
    'aws:sourceaccount': '000000000000',
    'aws:sourcearn': BUCKET,
  });
});

it('has the keys that a service adds, but not in the place of global keys', () => {
  const added = keysOf(root, { 'S3:Prefix': 'a', 'aws:PrincipalArn': ROLE, 'aws:SourceArn': BUCKET });
  expect(added).toEqual({ ...keysOf(root), 's3:prefix': 'a' });
});

it('has an ID of its own for each role', () => {
  const other = keysOf({ ...consumer, roleName: 'producer' });
  expect(other['aws:userid']).not.toBe(keysOf(consumer)['aws:userid']);
});
