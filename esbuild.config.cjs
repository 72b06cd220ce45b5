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

/** What functions are built with, for AWS and in the embedded cloud. */
const functionOptions = { ...bundleOptions, plugins: [requireNodeModules, leaveOutOfFunctions] };

/** Options for serverless-esbuild: those of esbuild, and those that say where it puts its files. */
module.exports = (serverless) => {
  const invokesLocally = serverless.processedInput.commands.join(' ') === 'invoke local';
  return {
    // Who invokes a function of AWS's from here may have credentials of any kind.
    ...(invokesLocally ? bundleOptions : functionOptions),
    minify: !invokesLocally,
    // The SDK is bundled: the runtime's own changes under a function, and is no faster to load.
    exclude: [],
    // With a rebuild context kept open, a handler that fails to load would make `invoke local` hang.
    skipRebuild: true,
    // `invoke local` loads handlers with require(), which never looks for .mjs. A folder of its own, since `package`
    // would zip what it leaves behind.
    outputFileExtension: invokesLocally ? '.js' : '.mjs',
    outputWorkFolder: invokesLocally ? '.esbuild-local' : '.esbuild',
  };
};

module.exports.bundleOptions = bundleOptions;
module.exports.functionOptions = functionOptions;
