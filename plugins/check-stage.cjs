// A stage is part of its buckets' names, which are at most 63 characters long. A stage of 12 fits in any public region:
// the longest names, such as ap-southeast-1, have 14 characters.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const MAX_LENGTH = 63 - 'order-pipeline--uploads-123456789012-ap-southeast-1'.length;

/** Refuses a stage that cannot be deployed at once: CloudFormation would do so only after minutes. */
module.exports = class CheckStage {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    this.hooks = {
      initialize: () => {
        const stage = serverless.getProvider('aws').getStage();
        if (stage.length <= MAX_LENGTH && /^[a-z0-9-]+$/.test(stage)) return;
        throw new serverless.classes.Error(
          `stage: must be 1 to ${MAX_LENGTH} lower-case letters, digits or hyphens, since buckets are named after it; received ${JSON.stringify(stage)}`,
          'INVALID_STAGE',
        );
      },
    };
  }
};
