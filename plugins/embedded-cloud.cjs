const { writeFile } = require('node:fs/promises');

/**
 * Writes the configuration, with all variables resolved, to the file that ORDER_PIPELINE_CONFIGURATION names. The embedded cloud
 * sets the variable when it packages the stack (local/stack/package-stack.ts).
 */
module.exports = class EmbeddedCloud {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    const file = process.env.ORDER_PIPELINE_CONFIGURATION;
    if (!file) return;
    // The first hook after variables are resolved. Later, plugins change the configuration.
    this.hooks = { initialize: () => writeFile(file, JSON.stringify(serverless.configurationInput)) };
  }
};
