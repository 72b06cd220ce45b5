/**
 * Takes out of the template what serverless-iam-roles-per-function leaves or puts there beyond what the functions need:
 *
 * - the role that Serverless makes for functions that have none of their own, allowed to do all that any mapping needs;
 * - the right to make log groups. CloudFormation makes them, so all it could do is bring one back, to be kept for ever,
 *   when a function logs its last lines during `serverless remove`.
 */
module.exports = class TrimRoles {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    this.hooks = {
      // After the other plugin's hook of the same name, which copies the shared role: plugins run in the order listed.
      'before:package:finalize': () => {
        const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
        delete Resources[serverless.getProvider('aws').naming.getRoleLogicalId()];
        for (const { Type, Properties } of Object.values(Resources)) {
          if (Type !== 'AWS::IAM::Role') continue;
          for (const statement of Properties.Policies[0].PolicyDocument.Statement) {
            statement.Action = [statement.Action].flat().filter((action) => action !== 'logs:CreateLogGroup');
          }
        }
      },
    };
  }
};
