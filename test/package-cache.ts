import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packageStack } from '../local/stack/package-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder in which the test files of one run share packaged stacks. */
    packageCache: string;
  }
}

const PROJECT = resolve(import.meta.dirname, '..');
/** Parameters with which many test files start the embedded cloud. */
const PARAMS = [{ consumerConcurrency: 2 }, { consumerConcurrency: 2, shipping: 'off', sales: 'off' }];

/**
 * Prepares packaged stacks as part of Vitest's global setup: those of the embedded cloud, which concurrent test files would
 * otherwise each package, and a folder for those of templates, which is removed after the run.
 */
export default async function providePackages(project: TestProject): Promise<() => Promise<void>> {
  await Promise.all(PARAMS.map((params) => packageStack(PROJECT, params)));
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-packaged-'));
  project.provide('packageCache', folder);
  return () => rm(folder, { recursive: true });
}
