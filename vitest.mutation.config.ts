import config from './vitest.config.ts';

/**
 * The tests of a mutation run: MUTATION_TESTS, comma-separated globs. Stryker's own `--testFiles` would not activate mutants of code
 * that runs at import, so that these always survive.
 */
const include = process.env.MUTATION_TESTS?.split(',') ?? config.test?.include;

/** Tests that package the stack, or run the tested code in another process, where no mutant is active. */
const exclude = [
  'test/cli/**',
  'test/dashboard/**',
  'test/extending/**',
  'test/pipeline/**',
  'test/template/**',
  'test/worker/**',
];

/** Instrumented code is many times slower. Stryker has its own timeout for each mutant. */
const testTimeout = 600_000;

export default {
  ...config,
  // Each run starts its own worker anyway. A worker per file would double the time.
  test: { ...config.test, include, exclude, testTimeout, tagsFilter: ['!exhaustive'], isolate: false },
};
