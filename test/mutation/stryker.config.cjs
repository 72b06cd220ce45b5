/**
 * Mutation testing of lib/ and operations/: Stryker changes the code in small ways, one at a time, and a test must fail for each.
 *
 * Run it for one folder at a time, with the tests that cover it in MUTATION_TESTS:
 * `MUTATION_TESTS='test/order/*.test.ts' npm run mutate -- --mutate 'lib/order/*.ts'`. A mutant of code that runs at import
 * (schemas, tables, patterns; a fifth of all) needs a run of all these tests.
 */
module.exports = {
  testRunner: 'vitest',
  // Finding the related tests of a file takes longer than running most of them.
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  mutate: ['{lib,operations}/**/*.ts', '!lib/**/*.d.ts'],
  // Stryker would rewrite tsconfig.json with TypeScript's API, which TypeScript 7 does not have.
  tsconfigFile: 'none',
  ignorePatterns: ['/coverage', '/dist', '/.local', '/.esbuild*', '/.serverless', '/.ci'],
  // Two concurrent test runs would need the whole machine.
  concurrency: 1,
  // Detects endless loops, but allows for seconds to start a worker on a busy machine.
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
