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
  'test/pipeline/**',
  'test/template/**',
  'test/worker/**',
];

const tagsFilter = ['!exhaustive'];

// Each run begins with a worker of its own all the same; a worker for each file would double its time.
export default { ...config, test: { ...config.test, include, exclude, tagsFilter, isolate: false } };
