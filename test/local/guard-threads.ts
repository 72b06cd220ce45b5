import type { Worker } from 'node:worker_threads';
import { beforeEach, expect } from 'vitest';

/** Fails each test of the file that leaves a thread running. */
export function guardThreads(): void {
  // What a test registers later is cleaned up earlier, so this looks last.
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
