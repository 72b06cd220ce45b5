import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder in which the test files of one run share packaged stacks. */
    packageCache: string;
  }
}

/** Creates a folder for packaged stacks as part of Vitest's global setup, and removes it after the run. */
export default async function provideCache(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-packaged-'));
  project.provide('packageCache', folder);
  return () => rm(folder, { recursive: true });
}
