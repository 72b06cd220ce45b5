import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

type Line = Record<string, unknown>;

/** A worker in a child process, which ends with the test. */
export interface TestWorker {
  pid: number;
  /** Log lines with this message, so far. */
  lines(message: string): Line[];
  /** Waits for the first log line with this message. */
  logged(message: string): Promise<Line>;
  /** Sum of a metric, so far. */
  sum(metric: string): number;
  /** Requests `GET /health`. Needs a worker with a health port. */
  health(): Promise<{ status: number; body: Line }>;
  kill(signal: NodeJS.Signals): void;
  /** Exit status or signal, and the output that is not JSON. */
  ended: Promise<{ status: number | string; text: string }>;
}

const PROJECT = resolve(import.meta.dirname, '../..');

/**
 * @param environment Environment variables. None are inherited from this process.
 * @param script Script to run. Default: `worker/main.ts`.
 */
export function startWorker(
  args: readonly string[],
  environment: Record<string, string> = {},
  script = 'worker/main.ts',
): TestWorker {
  const child = spawn(process.execPath, [resolve(PROJECT, script), ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid = Number.NaN } = child;
  const lines: Line[] = [];
  let text = '';
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      if (line.startsWith('{')) lines.push(JSON.parse(line));
      else text += `${line}\n`;
      child.emit('line');
    });
  }
  const ended = once(child, 'close').then(([status, signal]) => ({ status: status ?? signal, text }));
  onTestFinished(async () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await ended;
  });

  const worker: TestWorker = {
    pid,
    ended,
    lines: (message) => lines.filter((line) => line.message === message),

    async logged(message) {
      for (;;) {
        const [line] = worker.lines(message);
        if (line) return line;
        const over = await Promise.race([once(child, 'line').then(() => false), ended.then(() => true)]);
        if (over && !worker.lines(message)[0]) {
          throw new Error(`ended without logging "${message}":\n${text}${JSON.stringify(lines, null, 1)}`);
        }
      }
    },

    sum: (metric) =>
      lines.reduce((sum, { _aws, [metric]: value }) => sum + (_aws ? Number(value ?? 0) : 0), 0),

    async health() {
      const { health } = await worker.logged('worker started');
      const response = await fetch(String(health));
      return { status: response.status, body: (await response.json()) as Line };
    },

    kill: (signal) => process.kill(pid, signal),
  };
  return worker;
}
