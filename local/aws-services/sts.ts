import type { Principal } from '../iam/access.ts';
import { accessKeyIdOf, type Enforcement, identify } from '../iam/caller.ts';
import { arnOf, userIdOf } from '../iam/principal.ts';
import { ACCOUNT_ID } from '../stack/account.ts';
import { AwsError } from './aws-error.ts';
import { credentialErrors, queryAnswer, queryError } from './query-answer.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/**
 * Answers STS's GetCallerIdentity, by which clients check their credentials. It needs no permission. If nothing is enforced,
 * any credentials are the account's root.
 */
export function answerSts(request: ServiceRequest, { access }: Enforcement = {}): ServiceResponse {
  try {
    const principal = access
      ? identify(access, accessKeyIdOf(request), credentialErrors).principal
      : ({ kind: 'root' } as const);
    const { body, query } = request;
    const action = query.get('Action') ?? new URLSearchParams(body.toString()).get('Action') ?? '';
    if (action === 'GetCallerIdentity') return queryAnswer(NAMESPACE, action, identityOf(principal), request);
    const message = `STS: the embedded cloud supports only GetCallerIdentity, received ${action}`;
    throw new AwsError('InvalidAction', message);
  } catch (error) {
    if (error instanceof AwsError) return queryError(NAMESPACE, error, request);
    throw error;
  }
}

const identityOf = (principal: Principal): string =>
  `<Arn>${arnOf(principal)}</Arn><UserId>${userIdOf(principal)}</UserId><Account>${ACCOUNT_ID}</Account>`;
