// Bucket names contain the stage and have at most 63 characters. A stage of 12 characters fits in every public region,
// since the longest region names, such as ap-southeast-1, have 14.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const MAX_LENGTH = 63 - 'order-pipeline--uploads-123456789012-ap-southeast-1'.length;

/** Rejects an invalid stage immediately. CloudFormation would reject it only after minutes. */
module.exports = class CheckStage {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    this.hooks = {
      initialize: () => {
        const stage = serverless.getProvider('aws').getStage();
        if (stage.length <= MAX_LENGTH && /^[a-z0-9-]+$/.test(stage)) return;
        throw new serverless.classes.Error(
          `stage: must be 1 to ${MAX_LENGTH} lower-case letters, digits or hyphens (bucket names contain it), received ${JSON.stringify(stage)}`,
          'INVALID_STAGE',
        );
      },
    };
  }
};
