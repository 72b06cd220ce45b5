/** Credentials of a session of a role. */
export interface FunctionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** The role, and the name of its session. */
  roleName: string;
  sessionName: string;
}

/** Returns the variables by which the SDK finds credentials. */
export const toVariables = ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: FunctionCredentials): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});
