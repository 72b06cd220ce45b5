import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openDirectory } from '../../harness/start-cloud.ts';
import { endProcess } from '../../harness/start-process.ts';
import { medianOf, NOISY, type Suite, takeTurns } from '../suite.ts';

const NAME = 'npm start';

/** Measures how long `npm start` takes, from the command to the line that says that the pipeline is up. */
export const npmStart: Suite = {
  name: 'npm-start',
  title: 'npm start, from the command until it is up, with nothing changed since the previous start.',

  async run({ repeats, log }) {
    // Fills the caches.
    await startOnce();
    const contenders = await takeTurns([{ name: NAME, measure: startOnce }], repeats, log);
    return {
      metrics: [
        { name: 'readySeconds', title: 's until up', digits: 2 },
        { name: 'cpuSeconds', title: 'CPU s until up', digits: 2 },
      ],
      contenders,
      goals: [
        {
          id: 'npm-start/ready',
          title: 'seconds until it is up',
          value: medianOf(contenders, NAME, 'readySeconds'),
          bound: { atMost: 4 },
          tolerance: NOISY,
        },
      ],
    };
  },
};

const PROJECT = resolve(import.meta.dirname, '../..');
/** Linux reports CPU time in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;
/** Milliseconds that npm and the embedded cloud have to end. */
const GRACE_MS = 15_000;

/** Measurements of one `npm start`. */
type Start = {
  /** Seconds from the command to the line that says that the pipeline is up. */
  readySeconds: number;
  /** CPU time of npm, the embedded cloud with its Postgres, and their children; 0 on systems without /proc. */
  cpuSeconds: number;
};

/**
 * Runs `npm start` with one order until the order is reconciled.
 *
 * @throws Error with the output of `npm start`, if it does not start or does not succeed
 */
async function startOnce(): Promise<Start> {
  await using directory = await openDirectory('npm-start');
  const args = ['start', '--', '--port', '0', '--aws-port', '0', '--exit', '--count', '1'];
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const start = performance.now();
  const npm = spawn('npm', args, {
    cwd: PROJECT,
    env: { ...env, ORDER_PIPELINE_LOCAL_DIR: directory.path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(npm, 'exit');
  try {
    let printed = '';
    let up: Start | undefined;
    for await (const text of npm.stdout.setEncoding('utf8')) {
      printed += text;
      if (up || !printed.includes('order-pipeline is up')) continue;
      const readySeconds = (performance.now() - start) / 1_000;
      up = { readySeconds, cpuSeconds: await cpuSecondsOf(npm.pid ?? 0) };
    }
    const [status] = await exited;
    if (status === 0 && up && printed.includes('Reconciled: every order is accounted for')) return up;
    throw new Error(
      `npm start: must start and reconcile one order, exited with ${status} and printed:\n${printed}`,
    );
  } finally {
    await endProcess(npm, () => npm.kill(), GRACE_MS);
  }
}

/** Returns the CPU time of a process, its children, and the processes that they have waited for. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  // The second field, a name in parentheses, may contain anything; utime, stime, cutime and cstime are fields 14 to 17.
  const fields = (await read('stat')).split(') ').at(-1)?.split(' ').slice(11, 15) ?? [];
  const own = fields.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
  const children = (await read(`task/${pid}/children`)).split(' ').filter(Boolean).map(Number);
  const theirs = await Promise.all(children.map(cpuSecondsOf));
  return theirs.reduce((sum, seconds) => sum + seconds, own);
}
