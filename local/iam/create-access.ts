import { parseJson } from '../../lib/json.ts';
import { received } from '../../lib/text.ts';
import type { Access, AccessRequest, Principal } from './access.ts';
import { type Decision, evaluate } from './evaluate.ts';
import { PathCache } from './path-cache.ts';
import { compilePolicy, type PolicySource, type Rule, type Statement } from './policy.ts';
import { createContext } from './request-context.ts';

/** The roles, keys and administrators of the account, as data that can be sent to a thread. */
export interface AccessSettings {
  /** Roles, each with its one session. */
  roles: readonly RoleSettings[];
  /** KMS keys. */
  keys: readonly { arn: string; place: string; policy: unknown }[];
  /** Access keys of the root user. */
  administrators: readonly string[];
}

export interface RoleSettings {
  name: string;
  accessKeyId: string;
  sessionName: string;
  /** Policies with CloudFormation functions evaluated, and their places: `ConsumerIamRoleLambdaExecution.Policies[0]`. */
  policies: readonly { place: string; document: unknown }[];
}

/** A right of a role. */
export interface GrantUse {
  role: string;
  /** Place of the statement: `ConsumerIamRoleLambdaExecution.Policies[0].Statement[2]`. */
  place: string;
  sid: string | undefined;
  /** Pattern of the statement. */
  action: string;
  /** Pattern of the statement. */
  resource: string;
  /** Whether a request that was allowed is one that this right allows. */
  used: boolean;
}

/** A request that was decided. */
export interface Check {
  principal: Principal;
  request: AccessRequest;
  denied: boolean;
}

/** An access that knows which rights were used. */
export interface RecordingAccess extends Access {
  /** Returns the different requests that were decided, at most the last 10,000. */
  checks(): Check[];
  /** Returns the rights of all roles, in the order of the settings. */
  usage(): GrantUse[];
}

/** Each S3 object is a resource of its own, so the number of different requests has no limit. */
const MAX_DECISIONS = 10_000;
const MAX_POLICIES = 1_000;

/**
 * Creates the access of the account.
 *
 * @param knownActions The actions that policies may name.
 * @throws Error for a policy that cannot be enforced, or for a name or an access key that appears twice
 */
export function createAccess(settings: AccessSettings, knownActions: ReadonlySet<string>): RecordingAccess {
  const compile = (kind: PolicySource['kind'], place: string, document: unknown) =>
    compilePolicy(document, { kind, place, knownActions });
  const compileText = (place: string, text: string) => {
    const document = parseJson(text);
    if (document === undefined) throw new Error(`${place}: must be JSON, received ${received(text)}`);
    return compile('resource', place, document);
  };

  const principals = new Map<string, Principal>();
  const rolePolicies = new Map<string, readonly Statement[]>();
  const keyPolicies = new Map<string, readonly Statement[]>();
  for (const accessKeyId of settings.administrators) {
    addOnce(principals, 'administrators', accessKeyId, { kind: 'root' });
  }
  for (const { name, accessKeyId, sessionName, policies } of settings.roles) {
    addOnce(principals, `role ${name}`, accessKeyId, { kind: 'role', roleName: name, sessionName });
    const statements = policies.flatMap(({ place, document }) => compile('identity', place, document));
    addOnce(rolePolicies, 'roles', name, statements);
  }
  for (const { arn, place, policy } of settings.keys) {
    addOnce(keyPolicies, 'keys', arn, compile('resource', place, policy));
  }

  const resourcePolicies = new PathCache<readonly Statement[]>(MAX_POLICIES);
  const decisions = new PathCache<Decision>(MAX_DECISIONS);
  const used = new Set<Rule>();
  const checks: Check[] = [];

  function policyOf({ action, resource, resourcePolicy }: AccessRequest): readonly Statement[] {
    // No one has a right on a key that does not exist.
    if (action.startsWith('kms:')) return keyPolicies.get(resource) ?? [];
    if (!resourcePolicy) return [];
    let statements = resourcePolicies.get([resourcePolicy]);
    if (!statements) {
      statements = compileText(`policy of ${resource}`, resourcePolicy);
      resourcePolicies.add([resourcePolicy], statements);
    }
    return statements;
  }

  function policiesOf(principal: Principal): readonly Statement[] {
    if (principal.kind !== 'role') return [];
    const statements = rolePolicies.get(principal.roleName);
    if (statements) return statements;
    throw new Error(`roles: ${received(principal.roleName)} is unknown, add it to the settings`);
  }

  return {
    identify: (accessKeyId) => principals.get(accessKeyId),
    check(principal, request) {
      const path = pathOf(principal, request);
      let decision = decisions.get(path);
      if (!decision) {
        decision = evaluate({
          principal,
          action: request.action,
          resource: request.resource,
          context: createContext(principal, request.context),
          identityPolicies: policiesOf(principal),
          resourcePolicy: policyOf(request),
        });
        decisions.add(path, decision);
        for (const rule of decision.identityRules) used.add(rule);
        checks.push({ principal, request, denied: decision.denial !== undefined });
        if (checks.length > MAX_DECISIONS) checks.shift();
      }
      return decision.denial;
    },
    validate(resourcePolicy) {
      try {
        compileText('policy', resourcePolicy);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    checks: () => [...checks],
    usage: () =>
      [...rolePolicies].flatMap(([role, statements]) =>
        statements
          .filter(({ effect }) => effect === 'Allow')
          .flatMap(({ place, sid, rules }) =>
            rules.map((rule) => {
              const { action, resource } = rule;
              return { role, place, sid, action, resource, used: used.has(rule) };
            }),
          ),
      ),
  };
}

/** Returns the texts that decide about a request, those first of which there are few. */
function pathOf(principal: Principal, request: AccessRequest): string[] {
  const { action, resource, resourcePolicy = '', context } = request;
  const keys = context ? JSON.stringify(context) : '';
  const { kind } = principal;
  if (kind === 'root') return [kind, action, resourcePolicy, keys, resource];
  const [name, detail] =
    kind === 'role' ? [principal.roleName, principal.sessionName] : [principal.service, principal.sourceArn];
  return [kind, name, detail, action, resourcePolicy, keys, resource];
}

function addOnce<Value>(map: Map<string, Value>, place: string, key: string, value: Value): void {
  if (map.has(key)) throw new Error(`${place}: must be different, received ${received(key)} twice`);
  map.set(key, value);
}
