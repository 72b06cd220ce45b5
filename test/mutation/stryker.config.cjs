/**
 * Mutation testing of lib/ and operations/, from the project's folder: small changes are made to the code, one at a time, and tests
 * have to notice each of them.
 *
 * `npm run mutate -- --mutate 'lib/order/*.ts'` with the tests that are to notice in MUTATION_TESTS, e.g.
 * `MUTATION_TESTS='test/order/*.test.ts'`: a folder at a time, since mutants of what runs at import (schemas, tables,
 * patterns; a fifth of all) cost a run of all these tests each. They are not left out: rules are what they hold.
 */
module.exports = {
  testRunner: 'vitest',
  // Looking for the tests that are related to a file takes longer than most of them.
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  mutate: ['{lib,operations}/**/*.ts', '!lib/**/*.d.ts'],
  // Stryker would rewrite tsconfig.json with TypeScript's programming interface, which TypeScript 7 has not.
  tsconfigFile: 'none',
  ignorePatterns: ['/coverage', '/dist', '/.local', '/.esbuild*', '/.serverless', '/.ci'],
  // One more would want the machine to itself.
  concurrency: 1,
  // A busy machine takes seconds to start a worker; an endless loop takes for ever.
  timeoutMS: 8_000,
  dryRunTimeoutMinutes: 15,
  incremental: true,
  incrementalFile: 'node_modules/.cache/stryker/incremental.json',
  tempDirName: '.stryker-tmp',
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  jsonReporter: { fileName: 'coverage/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
