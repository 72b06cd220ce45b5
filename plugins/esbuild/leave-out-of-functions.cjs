/** Modules with which the SDK looks for credentials. A function has its credentials in its environment. */
const CREDENTIAL_PROVIDERS = /^@aws-sdk\/credential-provider-|^@smithy\/credential-provider-imds$/;
/** Module for operations that return event streams. The functions call none. */
const EVENT_STREAMS = /^@smithy\/core\/event-streams$/;

const NAMESPACE = 'left-out';

/**
 * esbuild plugin: excludes modules that the SDK imports on demand and functions never need. They are a third of a bundle. esbuild
 * would also wrap each module that they share with the rest in a function, which slows down loading.
 */
module.exports = {
  name: 'leave-out-of-functions',
  setup(build) {
    for (const filter of [CREDENTIAL_PROVIDERS, EVENT_STREAMS]) {
      build.onResolve({ filter }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path, namespace: NAMESPACE } : undefined,
      );
    }
    build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => {
      const message = `${path}: excluded from function bundles, which read credentials from the environment only`;
      return { contents: `throw new Error(${JSON.stringify(message)});` };
    });
  },
};
