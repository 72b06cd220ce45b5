import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Tests that start processes, databases, services or threads, or package the stack. */
const SLOW = 'test/**/*.slow.test.ts';

/** Shared memory of Linux. */
const MEMORY = '/dev/shm';
/** Free bytes that the temporary files of a run need, with a margin. */
const TEMPORARY_BYTES = 4 * 1024 ** 3;

/** Returns a directory in memory if there is room: tests create tens of thousands of files, and wait for the disk with some. */
function temporaryDirectory(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= TEMPORARY_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

export default defineConfig({
  // As esbuild's loader has it.
  plugins: [
    {
      name: 'sql-as-text',
      enforce: 'pre',
      transform: (text, id) => (id.endsWith('.sql') ? `export default ${JSON.stringify(text)}` : undefined),
    },
  ],
  test: {
    tags: [
      {
        name: 'exhaustive',
        description: 'Goes through so many cases, or bytes, that mutation runs leave it out.',
      },
    ],
    projects: [
      {
        extends: true,
        // Starting a worker for each file would take longer than the tests.
        test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [SLOW], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: [SLOW],
          globalSetup: ['test/package-cache.ts', 'test/database/provide-postgres.ts'],
        },
      },
    ],
    // Integration tests start real servers; on a busy two-core machine a cold start takes seconds.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: LongestFirst },
    // Twice the cores of a small machine: many tests wait, for a visibility timeout to pass.
    maxWorkers: 4,
    // Each process that tests start would compile the same packages anew: a fifth of what packaging takes.
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/tests'), TMPDIR: temporaryDirectory() },
    coverage: {
      provider: 'v8',
      include: [
        'cli/**',
        'dashboard/server/**',
        'handlers/**',
        'lib/**',
        'local/**',
        'operations/**',
        'program/**',
        'runtime/**',
        'worker/**',
      ],
      reporter: ['text-summary', 'html'],
    },
  },
});
