import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose tests start the whole pipeline or package the stack, so that a short file may take a minute. */
const LONG = /\/test\/(extending|pipeline|faults|soak|cli|dashboard|template|bench)\//;

/** Starts long test files first, so that no worker is left with one at the end. Vitest goes by size in a first run. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(LONG.test(b.moduleId)) - Number(LONG.test(a.moduleId)));
  }
}
