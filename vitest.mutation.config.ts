import config from './vitest.config.ts';

/**
 * The tests that a mutation run goes through: MUTATION_TESTS, globs with commas between. (Stryker's own `--testFiles` would
 * leave the mutants of what runs at import switched off, so that they survive whatever the tests say.)
 */
const include = process.env.MUTATION_TESTS?.split(',') ?? config.test?.include;

/** They package the stack, or run what they test in another process, where no mutant is switched on. */
const exclude = [
  'test/cli/**',
  'test/dashboard/**',
  'test/extending/**',
  'test/pipeline/**',
  'test/template/**',
  'test/worker/**',
];

/** Code that counts which of its mutants are run is many times as slow; Stryker has a limit of its own for each mutant. */
const testTimeout = 600_000;

export default {
  ...config,
  // Each run begins with a worker of its own all the same; a worker for each file would double its time.
  test: { ...config.test, include, exclude, testTimeout, tagsFilter: ['!exhaustive'], isolate: false },
};
