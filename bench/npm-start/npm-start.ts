import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openDirectory } from '../../harness/start-cloud.ts';
import { endProcess } from '../../harness/start-process.ts';
import { medianOf, NOISY, type Suite, takeTurns } from '../suite.ts';

const NAME = 'npm start';

/** Measures how long a newcomer waits for `npm start`: from the command to the line that says that it is up. */
export const npmStart: Suite = {
  name: 'npm-start',
  title: 'npm start, from the command until it is up, with nothing changed since the start before.',

  async run({ repeats, log }) {
    // The first one fills the caches that it may find empty.
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
/** Linux counts processor time in hundredths of a second, whatever its own clock: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;
/** Ms that npm has to end, and the embedded cloud with it. */
const GRACE_MS = 15_000;

/** A start of `npm start`. */
type Start = {
  /** From the command to the line that says that it is up. */
  readySeconds: number;
  /** Processor time of npm, the embedded cloud with its Postgres, and their children. 0 where there is no /proc. */
  cpuSeconds: number;
};

/**
 * Runs `npm start` with one order, until it has reconciled.
 *
 * @throws Error with what it printed, where it does not come up, or does not end well
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
    throw new Error(`npm start: ended with ${status}, having printed:\n${printed}`);
  } finally {
    await endProcess(npm, () => npm.kill(), GRACE_MS);
  }
}

/** Returns the processor time of a process, its children, and the processes that they have waited for. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  // The name in parentheses may hold anything; utime, stime, cutime and cstime are the 14th to 17th field.
  const fields = (await read('stat')).split(') ').at(-1)?.split(' ').slice(11, 15) ?? [];
  const own = fields.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
  const children = (await read(`task/${pid}/children`)).split(' ').filter(Boolean).map(Number);
  const theirs = await Promise.all(children.map(cpuSecondsOf));
  return theirs.reduce((sum, seconds) => sum + seconds, own);
}
