const { rm } = require('node:fs/promises');
const { join } = require('node:path');
const { build } = require('esbuild');
const zipService = require('serverless/lib/plugins/package/lib/zip-service.js');
const { bundleOptions, functionOptions } = require('../esbuild.config.cjs');

/** Folders that bundles are written to; one of its own for `invoke local`, which somebody may run meanwhile. */
const FOLDER = { package: '.esbuild', invoke: '.esbuild-local' };

/**
 * Bundles the functions: all that are packaged in one go, since they share most of their code; each has a zip of its own, of its
 * bundle alone. `invoke local` runs a bundle, too.
 */
module.exports = class BundleFunctions {
  /**
   * @param {import('serverless')} serverless
   * @param {{ function?: string, extraServicePath?: string }} options of the command line, which Serverless's own plugins share
   */
  constructor(serverless, options) {
    const { serviceDir } = serverless;
    // Serverless's own: entries by name, all of one date, so that the same code is the same zip.
    const zip = (...args) => zipService.zipFiles.call({ ...zipService, serverless }, ...args);

    async function bundle(names, folder, buildOptions) {
      const handlers = names.map((name) => serverless.service.getFunction(name).handler.split('.')[0]);
      await rm(join(serviceDir, folder), { recursive: true, force: true });
      await build({
        ...buildOptions,
        absWorkingDir: serviceDir,
        entryPoints: handlers.map((path) => `${path}.ts`),
        outbase: '.',
        outdir: folder,
      });
      return handlers.map((path) => join(folder, path));
    }

    async function pack(names) {
      const outExtension = { '.js': '.mjs' };
      const paths = await bundle(names, FOLDER.package, { ...functionOptions, minify: true, outExtension });
      for (const [index, name] of names.entries()) {
        await zip([`${paths[index]}.mjs`], `${name}.zip`, FOLDER.package);
        // From the service's folder: a package may be deployed from another copy of it.
        const artifact = join('.serverless', `${name}.zip`);
        serverless.service.getFunction(name).package = { artifact };
      }
      await rm(join(serviceDir, FOLDER.package), { recursive: true });
    }

    this.hooks = {
      'before:package:createDeploymentArtifacts': () => pack(serverless.service.getAllFunctions()),
      'before:deploy:function:packageFunction': () => pack([options.function]),
      'before:invoke:local:invoke': async () => {
        // Who invokes a function of AWS's from here may have credentials of any kind. It is loaded with require(), which never
        // looks for .mjs.
        await bundle([options.function], FOLDER.invoke, bundleOptions);
        options.extraServicePath = FOLDER.invoke;
      },
    };
  }
};
