import { subscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';
import { answerParent } from '../../harness/start-process.ts';
import type { Contend, Task, Usage } from './contender.ts';

/* A contender in a process of its own: one after the other, none finds code that another one has made fast. */

const requests = countRequests();
const stopping = new AbortController();
let run: Awaited<ReturnType<Contend>>;
let running: Promise<void>;
let usage: () => Usage;

const handlers = {
  /** @param module of the contender, a file */
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
  /** Returns its usage so far. */
  usage: (): Usage => usage(),
  /** Waits until its task is done and returns its usage. */
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
 * Counts the HTTP requests that this process makes from now on, at the wire.
 *
 * @returns how many there have been
 */
function countRequests(): () => number {
  let requests = 0;
  subscribe('http.client.request.start', () => {
    requests++;
  });
  return () => requests;
}

answerParent(handlers);
