import { defineConfig } from 'vitest/config';

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
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/package-cache.ts',
    // Integration tests start real servers; on a busy two-core machine a cold start takes seconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['cli/**', 'dashboard/server/**', 'handlers/**', 'lib/**', 'local/**', 'worker/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
