import type { Principal } from '../iam/access.ts';
import type { DatabaseName } from '../postgres/data-api-calls.ts';
import { toSessionUrl } from '../postgres/statement-gate.ts';

/** Credentials of a session of a role. */
export interface FunctionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** The session of the role. */
  principal: Principal;
}

/** Variables with URLs of the embedded Postgres, and the databases that they stand for. */
const DATABASE_URLS: Record<string, DatabaseName> = {
  SHIPPING_DATABASE_URL: 'shipping',
  SALES_DATABASE_URL: 'sales',
};

/** Returns an environment with the credentials that the SDK and the embedded Postgres identify a caller by. */
export function withCredentials(
  environment: Readonly<Record<string, string>>,
  { accessKeyId, secretAccessKey, sessionToken }: FunctionCredentials,
): Record<string, string> {
  const variables: Record<string, string> = {
    ...environment,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  for (const [name, database] of Object.entries(DATABASE_URLS)) {
    const url = variables[name];
    if (url) variables[name] = toSessionUrl(url, accessKeyId, database);
  }
  return variables;
}
