import { createHash } from 'node:crypto';
import { received } from '../../lib/text.ts';
import { ACCOUNT_ID } from '../stack/account.ts';
import type { Principal } from './access.ts';

/** ARN of the account. In a policy, it names the account with all its roles; in a request, the root user. */
export const ROOT_ARN = `arn:aws:iam::${ACCOUNT_ID}:root`;

export const roleArn = (roleName: string): string => `arn:aws:iam::${ACCOUNT_ID}:role/${roleName}`;

/** Returns the name of a principal in AWS's messages: its ARN, or a service's name. */
export function arnOf(principal: Principal): string {
  if (principal.kind === 'root') return ROOT_ARN;
  if (principal.kind === 'service') return principal.service;
  return `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${principal.roleName}/${principal.sessionName}`;
}

/**
 * Returns the unique ID of a principal; a service has none. AWS chooses a role's ID when it creates the role. Here it follows
 * from the name, so that all processes of the embedded cloud agree on it.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
 */
export function userIdOf(principal: Principal): string | undefined {
  if (principal.kind === 'root') return ACCOUNT_ID;
  if (principal.kind === 'service') return undefined;
  const hash = createHash('sha256').update(principal.roleName).digest('hex');
  return `AROA${hash.slice(0, 17).toUpperCase()}:${principal.sessionName}`;
}

/**
 * How a statement names the principal of a request: the principal itself, or only its account. An `Allow` for the account
 * leaves the decision to the account's identity-based policies.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts
 */
export type NamedBy = 'principal' | 'account';

/** Returns how a statement names a principal, `undefined` if the statement does not apply to the principal. */
export type PrincipalTest = (principal: Principal) => NamedBy | undefined;

/** The element `Principal` or `NotPrincipal`. A single `*` is the same as `{ AWS: ['*'] }`. */
export interface PrincipalElement {
  AWS?: readonly string[] | undefined;
  Service?: readonly string[] | undefined;
}

/**
 * Compiles the element `Principal`.
 *
 * @throws Error for a principal that the embedded account cannot have, such as a pattern
 */
export function compilePrincipal(element: PrincipalElement, place: string): PrincipalTest {
  const names = readNames(element, place);
  return (principal) => {
    if (names.has('*')) return 'principal';
    const name = namesOf(principal).find((candidate) => names.has(candidate));
    if (name === undefined) return undefined;
    return name === ROOT_ARN && principal.kind !== 'root' ? 'account' : 'principal';
  };
}

/**
 * Compiles the element `NotPrincipal`. It excludes a session only if it lists the session, its role and its account: AWS
 * may check each of them, and documents no order.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 *
 * @throws Error as {@link compilePrincipal}
 */
export function compileNotPrincipal(element: PrincipalElement, place: string): PrincipalTest {
  const names = readNames(element, place);
  return (principal) =>
    names.has('*') || namesOf(principal).every((name) => names.has(name)) ? undefined : 'principal';
}

/** Returns the names by which policies can name a principal, the most specific one first. */
function namesOf(principal: Principal): string[] {
  if (principal.kind !== 'role') return [arnOf(principal)];
  return [arnOf(principal), roleArn(principal.roleName), ROOT_ARN];
}

const ACCOUNT = /^\d{12}$/;
const IDENTITY_ARN =
  /^arn:aws:(?:iam::\d{12}:(?:root|(?:role|user)\/[\w+=,.@/-]+)|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/;
const SERVICE = /^[a-z][\w.-]*\.amazonaws\.com$/;

function readNames({ AWS = [], Service = [] }: PrincipalElement, place: string): ReadonlySet<string> {
  if (AWS.length + Service.length === 0) throw new Error(`${place}: names no one, use AWS or Service`);
  const unknown = AWS.find((name) => name !== '*' && !ACCOUNT.test(name) && !IDENTITY_ARN.test(name));
  if (unknown !== undefined) {
    throw new Error(
      `${place}.AWS: must be *, an account ID, or the ARN of an account, a role or a role's session without wildcards, received ${received(unknown)}`,
    );
  }
  const unknownService = Service.find((name) => !SERVICE.test(name));
  if (unknownService !== undefined) {
    throw new Error(
      `${place}.Service: must be a service principal such as sns.amazonaws.com, received ${received(unknownService)}`,
    );
  }
  return new Set([
    ...AWS.map((name) => (ACCOUNT.test(name) ? `arn:aws:iam::${name}:root` : name)),
    ...Service,
  ]);
}
