import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Happening, Schedule } from './schedule.ts';
import type { RunningPipeline } from './start-pipeline.ts';

const run = promisify(execFile);

/** Ms without an order published after which the next thing happens all the same. */
const STALLED = 60_000;
/** Part of the orders that are published when faults end: the last ones may have to wait for their message to be redelivered. */
const ALMOST_ALL = 0.95;

/**
 * Makes things happen when so many orders are published, and returns when almost all of them are.
 *
 * @param progress part of the orders that are published
 */
export async function goThrough(
  { happenings }: Schedule,
  pipeline: RunningPipeline,
  progress: () => number,
): Promise<void> {
  async function reach(part: number): Promise<void> {
    let [last, since] = [progress(), Date.now()];
    while (progress() < part && Date.now() - since < STALLED) {
      await sleep(50);
      if (progress() !== last) [last, since] = [progress(), Date.now()];
    }
  }
  for (const { at, happening } of happenings.toSorted((one, other) => one.at - other.at)) {
    await reach(at);
    await happen(happening, pipeline);
  }
  await reach(ALMOST_ALL);
}

/** Makes it happen, and returns when all runs again that should. */
async function happen(happening: Happening, pipeline: RunningPipeline): Promise<void> {
  switch (happening.kind) {
    case 'database-outage':
      await pipeline.stopDatabase();
      await sleep(happening.ms);
      return pipeline.startDatabase();
    case 'database-cut':
      return pipeline.cutDatabase();
    case 'cloud-killed':
      return pipeline.restartCloud('SIGKILL');
    case 'power-cut':
      for (const name of ['consumer-1', 'consumer-2', 'fulfillment-1', 'analytics-1', 'ingest-1']) {
        pipeline.workers?.kill(name);
      }
      await Promise.all([
        pipeline.restartCloud('SIGKILL'),
        pipeline.stopDatabase().then(pipeline.startDatabase),
      ]);
      return;
    case 'disk-full': {
      const pid = pipeline.current().pid;
      // No file may be written to beyond its first bytes: that fails as on a full disk, and needs no disk to be filled.
      await limitFiles(pid, '4096');
      await sleep(happening.ms);
      if (!isAlive(pid)) return pipeline.restartCloud('SIGKILL');
      return limitFiles(pid, 'unlimited');
    }
    case 'clock-jump':
      return pipeline.workers?.setClock(happening.worker, happening.ms);
    case 'deployment':
      return pipeline.workers ? pipeline.workers.replace() : pipeline.restartCloud('SIGTERM');
  }
}

/** The soft limit, which can be lifted again; of Linux. */
async function limitFiles(pid: number, bytes: string): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
