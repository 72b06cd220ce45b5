const leaveOutOfFunctions = require('./plugins/esbuild/leave-out-of-functions.cjs');
const requireNodeModules = require('./plugins/esbuild/require-node-modules.cjs');

/** What everything is built with that runs on Node by itself: functions, and workers. */
const bundleOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // The ES module builds of dependencies can be tree-shaken; the CommonJS ones cannot.
  mainFields: ['module', 'main'],
  // Migrations.
  loader: { '.sql': 'text' },
  plugins: [requireNodeModules],
  banner: {
    // Bundled CommonJS dependencies still call require() for Node's own modules, which an ES module does not have.
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

/**
 * What functions are built with, for AWS and in the embedded cloud. The SDK is bundled: the runtime's own changes under a function,
 * and is no faster to load.
 */
const functionOptions = { ...bundleOptions, plugins: [requireNodeModules, leaveOutOfFunctions] };

module.exports = { bundleOptions, functionOptions };
