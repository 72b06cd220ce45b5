/** Returns the environment with which `serverless` uses a stub of AWS and polls it quickly. */
export const stubEnvironment = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  // A profile of the user would take precedence over these keys.
  AWS_PROFILE: '',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  SLS_AWS_MONITORING_FREQUENCY: '50',
});
