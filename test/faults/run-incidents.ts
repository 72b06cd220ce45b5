import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Incident, Schedule } from './schedule.ts';
import type { RunningPipeline } from './start-pipeline.ts';

const run = promisify(execFile);

/** Time without a published order, in ms, after which the next incident starts anyway. */
const STALLED_MS = 60_000;
/** Share of orders that are published when faults end. The last orders may wait for a redelivery. */
const ALMOST_ALL = 0.95;

/**
 * Starts each incident when its share of the orders is published. Returns when almost all orders are published.
 *
 * @param progress Returns the share of orders that are published.
 */
export async function runIncidents(
  { incidents }: Schedule,
  pipeline: RunningPipeline,
  progress: () => number,
): Promise<void> {
  async function waitFor(share: number): Promise<void> {
    let [last, since] = [progress(), Date.now()];
    while (progress() < share && Date.now() - since < STALLED_MS) {
      await sleep(50);
      if (progress() !== last) [last, since] = [progress(), Date.now()];
    }
  }
  for (const { at, incident } of incidents.toSorted((one, other) => one.at - other.at)) {
    await waitFor(at);
    await runIncident(incident, pipeline);
  }
  await waitFor(ALMOST_ALL);
}

/** Runs an incident, and returns when everything runs again. */
async function runIncident(incident: Incident, pipeline: RunningPipeline): Promise<void> {
  switch (incident.kind) {
    case 'database-outage':
      await pipeline.stopDatabase();
      await sleep(incident.ms);
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
      // A limit on the file size makes writes fail like a full disk.
      await limitFiles(pid, '4096');
      await sleep(incident.ms);
      if (!isAlive(pid)) return pipeline.restartCloud('SIGKILL');
      return limitFiles(pid, 'unlimited');
    }
    case 'clock-jump':
      return pipeline.workers?.setClock(incident.worker, incident.ms);
    case 'deployment':
      return pipeline.workers ? pipeline.workers.replace() : pipeline.restartCloud('SIGTERM');
  }
}

/** Sets the soft limit, which can be raised again. Linux only. */
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
