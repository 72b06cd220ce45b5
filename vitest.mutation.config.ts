import config from './vitest.config.ts';

const { projects: _, ...shared } = config.test ?? {};

/**
 * The tests of a mutation run: MUTATION_TESTS, comma-separated globs. Stryker's own `--testFiles` would not activate mutants of code
 * that runs at import, so that these always survive.
 */
const include = process.env.MUTATION_TESTS?.split(',') ?? ['test/**/*.test.ts'];

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
  test: { ...shared, include, exclude, testTimeout, tagsFilter: ['!exhaustive'], isolate: false },
};
