const AwsInvoke = require('serverless/lib/plugins/aws/invoke.js');

/**
 * Invokes the function `migrate` after each deployment, and fails the deployment if the migration fails. It also runs when
 * Serverless finds nothing to deploy: deploying again is how a failed migration is retried.
 */
module.exports = class MigrateAfterDeploy {
  /**
   * @param {import('serverless')} serverless
   * @param {object} _options Options of the command line.
   * @param {{ log: { notice(text: string): void }, progress: { create(options: { message: string }): { remove(): void } } }} writers
   */
  constructor(serverless, _options, { log, progress }) {
    this.hooks = {
      'after:deploy:deploy': async () => {
        const task = progress.create({ message: 'Migrating the databases' });
        try {
          const functionObj = serverless.service.getFunction('migrate');
          const { FunctionError, Payload } = await new AwsInvoke(serverless, { functionObj }).invoke();
          const answer = JSON.parse(Buffer.from(Payload).toString());
          if (FunctionError) throw new serverless.classes.Error(describeError(answer), 'MIGRATION_FAILED');
          for (const { part, from, to } of answer.applied) log.notice(describe(part, from, to));
        } finally {
          task.remove();
        }
      },
    };
  }
};

const describe = (part, from, to) =>
  from === to ? `Schema of ${part}: version ${to}` : `Schema of ${part}: from version ${from} to ${to}`;

const describeError = ({ errorType, errorMessage }) =>
  `The stack is deployed, but its databases are not migrated. Function migrate failed: ${errorType}: ${errorMessage}`;
