import { subscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';
import { answerParent } from '../../harness/start-process.ts';
import type { Contend, Task, Usage } from './contender.ts';

/* Runs one contender in a separate process, so that none profits from code that V8 has optimized for another one. */

const requests = countRequests();
const stopping = new AbortController();
let run: Awaited<ReturnType<Contend>>;
let running: Promise<void>;
let usage: () => Usage;

const handlers = {
  /** @param module Path of the contender's module. */
  async prepare(module: string, task: Task): Promise<void> {
    const { contend } = (await import(pathToFileURL(module).href)) as { contend: Contend };
    run = await contend(task);
  },
  begin(): void {
    const requestsBefore = requests();
    const cpuBefore = process.cpuUsage();
    const begin = performance.now();
    usage = () => {
      const { user, system } = process.cpuUsage(cpuBefore);
      return {
        seconds: (performance.now() - begin) / 1_000,
        cpuSeconds: (user + system) / 1_000_000,
        requests: requests() - requestsBefore,
        peakMemory: process.resourceUsage().maxRSS * 1_024,
      };
    };
    running = run(stopping.signal);
    running.catch(() => undefined);
  },
  /** Returns the usage so far. */
  usage: (): Usage => usage(),
  /** Waits until the task is done and returns the usage. */
  async done(): Promise<Usage> {
    await running;
    return usage();
  },
  async stop(): Promise<void> {
    stopping.abort();
    await running;
  },
};
export type ContenderCalls = typeof handlers;

/**
 * Starts counting the HTTP requests of this process.
 *
 * @returns A function that returns the number so far.
 */
function countRequests(): () => number {
  let requests = 0;
  subscribe('http.client.request.start', () => {
    requests++;
  });
  return () => requests;
}

answerParent(handlers);
