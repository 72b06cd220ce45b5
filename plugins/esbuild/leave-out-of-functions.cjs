/** What the SDK imports where it has to look for credentials: a function has its own in its environment. */
const CREDENTIAL_PROVIDERS = /^@aws-sdk\/credential-provider-|^@smithy\/credential-provider-imds$/;
/** What it imports for operations that answer with a stream of events, of which we call none. */
const EVENT_STREAMS = /^@smithy\/core\/event-streams$/;

const NAMESPACE = 'left-out';

/**
 * Plugin for esbuild: leaves out what the SDK imports only where it needs it, and functions never do. It is a third of a bundle;
 * and esbuild wraps each module that such a part shares with the rest in a function, which makes all of it slower to load.
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
      const message = `${path}: is left out of functions; credentials must be in their environment`;
      return { contents: `throw new Error(${JSON.stringify(message)});` };
    });
  },
};
