const { buildHttpOptions } = require('serverless/lib/aws/config.js');
const AwsInvoke = require('serverless/lib/plugins/aws/invoke.js');

// The longest that a function may run, 15 min, and some for the way.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
const SILENCE_IN_MS = (900 + 10) * 1000;

/**
 * Has `serverless invoke`, and the migration after `serverless deploy`, wait for as long as a function may run, and ask
 * once. Serverless gives up on a connection that is silent for 2 min, and asks five times: that many producers would run.
 */
module.exports = class PatientInvoke {
  constructor() {
    const { getLambdaClient } = AwsInvoke.prototype;
    AwsInvoke.prototype.getLambdaClient = function getPatientLambdaClient() {
      const requestHandler = { ...buildHttpOptions(), socketTimeout: SILENCE_IN_MS };
      const getAwsSdkV3Config = () => this.provider.getAwsSdkV3Config({ maxAttempts: 1, requestHandler });
      this.lambdaClientPromise ||= getLambdaClient.call({ provider: { getAwsSdkV3Config } });
      return this.lambdaClientPromise;
    };
  }
};
