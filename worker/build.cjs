const { stat } = require('node:fs/promises');
const { join, relative } = require('node:path');
const { build } = require('esbuild');
const { bundleOptions } = require('../esbuild.config.cjs');

const PROJECT = join(__dirname, '..');

/**
 * Bundles the worker into one file that needs nothing but Node 24. It contains all handlers, each behind its own `import()`, so
 * that a worker evaluates only the one that it runs.
 *
 * @param {string} outFile Path of the bundle; must end in `.mjs`.
 */
async function buildWorker(outFile) {
  await build({
    ...bundleOptions,
    entryPoints: [join(PROJECT, 'worker/main.ts')],
    outfile: outFile,
    minify: true,
    logLevel: 'warning',
  });
}

module.exports = { buildWorker };

if (require.main === module) {
  const outFile = join(PROJECT, 'dist/order-worker.mjs');
  buildWorker(outFile)
    .then(() => stat(outFile))
    .then(({ size }) =>
      console.log(`${relative(PROJECT, outFile)}  ${Math.round(size / 1024).toLocaleString('en')} kB`),
    )
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
}
