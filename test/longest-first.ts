import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose tests start the whole pipeline or package the stack, so that a short file may take a minute. */
const LONG = /\/test\/(extending|pipeline|faults|soak|cli|dashboard|template|bench)\//;

/** Starts long test files first, so that a run does not end with one of them. In a first run, Vitest sorts by file size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(LONG.test(b.moduleId)) - Number(LONG.test(a.moduleId)));
  }
}
