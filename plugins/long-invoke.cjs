const { buildHttpOptions } = require('serverless/lib/aws/config.js');
const AwsInvoke = require('serverless/lib/plugins/aws/invoke.js');

// The maximum function timeout, 15 min, plus 10 s for the network.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
const SOCKET_TIMEOUT_MS = (900 + 10) * 1000;

/**
 * Lets `serverless invoke`, and the migration after `serverless deploy`, wait for as long as a function may run, without
 * retries. By default, Serverless closes a silent connection after 2 min and invokes up to five times.
 */
module.exports = class LongInvoke {
  constructor() {
    const { getLambdaClient } = AwsInvoke.prototype;
    AwsInvoke.prototype.getLambdaClient = function getLongLambdaClient() {
      const requestHandler = { ...buildHttpOptions(), socketTimeout: SOCKET_TIMEOUT_MS };
      const getAwsSdkV3Config = () => this.provider.getAwsSdkV3Config({ maxAttempts: 1, requestHandler });
      this.lambdaClientPromise ||= getLambdaClient.call({ provider: { getAwsSdkV3Config } });
      return this.lambdaClientPromise;
    };
  }
};
