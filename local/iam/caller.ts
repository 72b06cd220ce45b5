import type { ServiceRequest } from '../aws-services/service.ts';
import type { Access, Principal } from './access.ts';

/** The access that services enforce. It can be set and replaced while they run. */
export interface Enforcement {
  /** Default: every request is allowed, with any credentials or none. */
  access?: Access | undefined;
}

/** The sender of a request, and what decides about it. */
export interface Caller {
  access: Access;
  principal: Principal;
}

/** A service's errors for credentials that it does not accept. */
export interface CredentialErrors {
  missing(): Error;
  unknown(): Error;
}

/** The message of AWS for an access key that does not exist. S3 has its own. */
export const INVALID_TOKEN = 'The security token included in the request is invalid.';
/** The message of AWS for a request without credentials. S3 has its own. */
export const MISSING_TOKEN = 'Request is missing Authentication Token';

/**
 * Identifies the sender of a request.
 *
 * @param accessKeyId `undefined` if the request has no credentials
 * @throws one of the service's errors
 */
export function identify(access: Access, accessKeyId: string | undefined, errors: CredentialErrors): Caller {
  if (accessKeyId === undefined) throw errors.missing();
  const principal = access.identify(accessKeyId);
  if (!principal) throw errors.unknown();
  return { access, principal };
}

/** Versions 4 and 2 of AWS's signatures. */
const AUTHORIZATION = /^AWS4-[\w-]+ .*?\bCredential=([^/,\s]+)\/|^AWS ([^:\s]+):/;

/** Returns the access key of a request, from its header or its presigned URL; `undefined` if it has none. */
export function accessKeyIdOf({
  headers,
  query,
}: Pick<ServiceRequest, 'headers' | 'query'>): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [, current, former] = AUTHORIZATION.exec(authorization) ?? [];
    return current ?? former;
  }
  return accessKeyIdIn(query.get('X-Amz-Credential') ?? query.get('AWSAccessKeyId') ?? undefined);
}

/** Returns the access key of a credential such as `AKIA…/20261201/us-east-1/s3/aws4_request`, or of version 2: `AKIA…`. */
export const accessKeyIdIn = (credential: string | undefined): string | undefined =>
  credential?.split('/', 1)[0] || undefined;
