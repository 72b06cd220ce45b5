import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder in which the files of one test run share the stacks that they have packaged. */
    packageCache: string;
  }
}

/** Vitest's set-up of a run: a folder for packaged stacks, and its end with the run. */
export default async function provideCache(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-packaged-'));
  project.provide('packageCache', folder);
  return () => rm(folder, { recursive: true });
}
