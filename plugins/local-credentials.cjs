/**
 * Gives stage `local` fixed credentials. It never calls AWS, but `serverless invoke local` would look up the user's credentials,
 * fail if they are misconfigured, and pass them to the function.
 */
module.exports = class LocalCredentials {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    const provider = serverless.getProvider('aws');
    if (provider.getStage() !== 'local') return;
    provider.getAwsSdkV3CredentialsProvider = () => async () => ({
      accessKeyId: 'local',
      secretAccessKey: 'local',
    });
  }
};
