/**
 * Stage `local` never meets AWS, so whatever credentials its user has, or has misconfigured, must not matter:
 * `invoke local` would look them up and hand them to the function.
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
