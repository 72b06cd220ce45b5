const leaveOutOfFunctions = require('./plugins/esbuild/leave-out-of-functions.cjs');
const omitCode = require('./plugins/esbuild/omit-code.cjs');
const requireNodeModules = require('./plugins/esbuild/require-node-modules.cjs');

/** esbuild options for functions and workers. */
const bundleOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Prefers ES module builds of dependencies, which can be tree-shaken.
  mainFields: ['module', 'main'],
  // Migrations are bundled as text.
  loader: { '.sql': 'text' },
  plugins: [requireNodeModules],
  banner: {
    // Bundled CommonJS dependencies call require() for Node's built-in modules, and ES modules have no require().
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

/** esbuild options for functions on AWS and in the embedded cloud. */
const functionOptions = { ...bundleOptions, plugins: [requireNodeModules, leaveOutOfFunctions] };

/** Options for serverless-esbuild. */
module.exports = (serverless) => {
  const command = serverless.processedInput.commands.join(' ');
  const invokesLocally = command === 'invoke local';
  // Set by commands that package only to read the template, which does not depend on the code. Bundling takes most of the time.
  const templateOnly = command === 'package' && process.env.ORDER_PIPELINE_TEMPLATE_ONLY === 'on';
  return {
    // A developer who invokes a function locally against AWS may use any kind of credentials, so nothing is left out.
    ...(invokesLocally ? bundleOptions : functionOptions),
    ...(templateOnly && { plugins: [omitCode] }),
    minify: !invokesLocally,
    // The SDK is bundled: the runtime's version changes without a deployment, and is no faster to load.
    exclude: [],
    // Otherwise esbuild's rebuild context stays open, and `invoke local` hangs if a handler fails to load.
    skipRebuild: true,
    // `invoke local` loads handlers with require(), which does not find .mjs files. It has its own folder, because `package`
    // would zip the files that it leaves.
    outputFileExtension: invokesLocally ? '.js' : '.mjs',
    outputWorkFolder: invokesLocally ? '.esbuild-local' : '.esbuild',
  };
};

module.exports.bundleOptions = bundleOptions;
module.exports.functionOptions = functionOptions;
