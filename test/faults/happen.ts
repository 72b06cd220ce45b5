import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Happening } from './schedule.ts';
import type { RunningPipeline } from './start-pipeline.ts';

const run = promisify(execFile);

/** Makes it happen, and is over when all runs again that should. */
export async function happen(happening: Happening, pipeline: RunningPipeline): Promise<void> {
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
      const pid = pipeline.cloudPid();
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
