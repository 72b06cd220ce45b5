/**
 * Serverless makes one role for the functions that have none of their own. serverless-iam-roles-per-function gives each
 * function its own, but leaves the shared one in the template, allowed to do everything that any mapping needs.
 */
module.exports = class OwnRolesOnly {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    this.hooks = {
      // After the other plugin's hook of the same name, which copies the shared role: plugins run in the order listed.
      'before:package:finalize': () => {
        const provider = serverless.getProvider('aws');
        delete serverless.service.provider.compiledCloudFormationTemplate.Resources[
          provider.naming.getRoleLogicalId()
        ];
      },
    };
  }
};
