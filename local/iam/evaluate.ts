import type { Denial, Principal } from './access.ts';
import type { Rule, Statement } from './policy.ts';
import { arnOf } from './principal.ts';
import type { RequestContext } from './request-context.ts';

/** A request with all policies that apply to it. */
export interface Evaluation {
  principal: Principal;
  action: string;
  resource: string;
  context: RequestContext;
  /** Policies of the principal's role. Other principals have none. */
  identityPolicies: readonly Statement[];
  /** Policy of the resource. For KMS, it is the key's. */
  resourcePolicy: readonly Statement[];
}

/** The outcome of a request. */
export interface Decision {
  /** `undefined` if the request is allowed. */
  denial?: Denial;
  /** Rules of identity policies that allow the request. It may not need them, if the resource's policy allows it, too. */
  identityRules: readonly Rule[];
  /** Rules of the resource's policy that allow the request, or that leave it to the identity policies. */
  resourceRules: readonly Rule[];
}

/**
 * Decides a request within one account, without organizations, permissions boundaries and session policies.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function evaluate(evaluation: Evaluation): Decision {
  const { principal, action, identityPolicies, resourcePolicy } = evaluation;
  const identity = matchPolicies(identityPolicies, evaluation);
  const resource = matchPolicies(resourcePolicy, evaluation);
  const deny = (reason: string): Decision => ({
    denial: describe(evaluation, reason),
    identityRules: [],
    resourceRules: [],
  });
  const notAllowedBy = (kind: string) => deny(`because no ${kind} policy allows the ${action} action`);

  if (identity.denied) return deny('with an explicit deny in an identity-based policy');
  if (resource.denied) return deny('with an explicit deny in a resource-based policy');
  const allowed: Decision = { identityRules: identity.allowing, resourceRules: resource.allowing };
  if (resource.allowsPrincipal) return allowed;
  // A service has only the rights that the resource's policy gives, and on a key this is true of all, even of the root user.
  // https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
  const needsResourcePolicy = principal.kind === 'service' || action.startsWith('kms:');
  if (needsResourcePolicy && !resource.allowsAccount) return notAllowedBy('resource-based');
  if (principal.kind === 'root' || identity.allowing.length > 0) return allowed;
  return notAllowedBy('identity-based');
}

interface Matches {
  denied: boolean;
  allowing: readonly Rule[];
  allowsPrincipal: boolean;
  allowsAccount: boolean;
}

function matchPolicies(statements: readonly Statement[], evaluation: Evaluation): Matches {
  const { principal, action, resource, context } = evaluation;
  const matches = { denied: false, allowing: [] as Rule[], allowsPrincipal: false, allowsAccount: false };
  for (const { effect, namesPrincipal, rules, holds } of statements) {
    const namedBy = namesPrincipal(principal);
    if (namedBy === undefined) continue;
    const matching = rules.filter(
      ({ matchesAction, matchesResource }) =>
        matchesAction(action, context) && matchesResource(resource, context),
    );
    if (matching.length === 0 || !holds(context)) continue;
    if (effect === 'Deny') matches.denied = true;
    else {
      matches.allowing.push(...matching);
      if (namedBy === 'principal') matches.allowsPrincipal = true;
      else matches.allowsAccount = true;
    }
  }
  return matches;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function describe({ principal, action, resource }: Evaluation, reason: string): Denial {
  const arn = arnOf(principal);
  return {
    principal: arn,
    action,
    resource,
    reason,
    message: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
  };
}
