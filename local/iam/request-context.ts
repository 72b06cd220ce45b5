import { ACCOUNT_ID, REGION } from '../stack/account.ts';
import type { Principal } from './access.ts';
import { ROOT_ARN, roleArn, userIdOf } from './principal.ts';

/** The condition keys of a request. */
export interface RequestContext {
  /** Returns the values of a key in lower case, `undefined` if the request lacks the key. */
  get(key: string): readonly string[] | undefined;
}

/**
 * Global keys. A key without a value here is absent on AWS, too. The list lacks keys that cannot be answered exactly, such
 * as `aws:SourceIp`, and keys that differ in two equal requests, such as `aws:CurrentTime`.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const GLOBAL_KEYS = byLowerCase<(principal: Principal) => string | undefined>({
  'aws:PrincipalAccount': ({ kind }) => (kind === 'service' ? undefined : ACCOUNT_ID),
  'aws:PrincipalArn': (principal) => {
    // For a session, it is the role's ARN, not the session's.
    if (principal.kind === 'role') return roleArn(principal.roleName);
    return principal.kind === 'root' ? ROOT_ARN : undefined;
  },
  'aws:PrincipalIsAWSService': ({ kind }) => String(kind === 'service'),
  'aws:PrincipalServiceName': (principal) => (principal.kind === 'service' ? principal.service : undefined),
  'aws:RequestedRegion': () => REGION,
  // The embedded endpoints are plain HTTP on the loopback interface, which no other computer can read.
  'aws:SecureTransport': () => 'true',
  'aws:SourceAccount': ({ kind }) => (kind === 'service' ? ACCOUNT_ID : undefined),
  'aws:SourceArn': (principal) => (principal.kind === 'service' ? principal.sourceArn : undefined),
  // The default policy of topics uses it. Of the services that send it, such as CloudWatch, none is embedded.
  'aws:SourceOwner': () => undefined,
  'aws:userid': userIdOf,
  // Only IAM users have a name, and this account has none.
  'aws:username': () => undefined,
});

/** Keys that services add to requests, in lower case. */
const SERVICE_KEYS = [
  'redshift-data:statement-owner-iam-userid',
  's3:delimiter',
  's3:max-keys',
  's3:prefix',
  'sns:endpoint',
  'sns:protocol',
];

/** The condition keys that policies may use, in lower case. */
export const CONDITION_KEYS: ReadonlySet<string> = new Set([...GLOBAL_KEYS.keys(), ...SERVICE_KEYS]);

/** Returns the context of a request with these keys of its service. */
export function createContext(
  principal: Principal,
  serviceKeys: Readonly<Record<string, string>> = {},
): RequestContext {
  const ofService = byLowerCase(serviceKeys);
  return {
    // A policy reads few of the keys, and some take time.
    get(key) {
      const answer = GLOBAL_KEYS.get(key);
      const value = answer ? answer(principal) : ofService.get(key);
      return value === undefined ? undefined : [value];
    },
  };
}

function byLowerCase<Value>(values: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), value]));
}
