/** What `serverless` finds a stub of AWS by, and is not slowed down by. */
export const stubEnvironment = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  // A profile of the user's would win over these keys.
  AWS_PROFILE: '',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  SLS_AWS_MONITORING_FREQUENCY: '50',
});
