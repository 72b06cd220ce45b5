import type { Worker } from 'node:worker_threads';
import { beforeEach, expect } from 'vitest';

/** Makes each test of the file fail if it leaves a thread running. */
export function guardThreads(): void {
  // Cleanups run in reverse order, so this one runs last.
  beforeEach(({ onTestFinished }) => {
    const running = new Set<string>();
    const track = (worker: Worker) => {
      const thread = `thread ${worker.threadId}`;
      running.add(thread);
      worker.once('exit', () => running.delete(thread));
    };
    process.on('worker', track);
    onTestFinished(() => {
      process.off('worker', track);
      expect([...running], 'threads left running').toEqual([]);
    });
  });
}
