import { ACTIONS, needsOf } from '../iam/actions.ts';
import { accessKeyIdOf, type Enforcement, INVALID_TOKEN, identify } from '../iam/caller.ts';
import { AwsError } from './aws-error.ts';
import type { ServiceRequest } from './service.ts';

const credentialErrors = {
  missing: () => new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403),
  unknown: () => new AwsError('UnrecognizedClientException', INVALID_TOKEN, 403),
};

/**
 * Checks that the caller of Lambda's API may call an operation.
 *
 * @param resource ARN, or `*`.
 * @throws AwsError `AccessDeniedException`, `UnrecognizedClientException` or `MissingAuthenticationTokenException`
 */
export function checkLambda(
  { access }: Enforcement,
  request: ServiceRequest,
  operation: string,
  resource: string,
  context?: Record<string, string>,
): void {
  if (!access) return;
  const { principal } = identify(access, accessKeyIdOf(request), credentialErrors);
  for (const { action } of needsOf(ACTIONS.lambda, operation)) {
    const denial = access.check(principal, { action, resource, ...(context && { context }) });
    if (denial) throw new AwsError('AccessDeniedException', denial.message, 403);
  }
}
