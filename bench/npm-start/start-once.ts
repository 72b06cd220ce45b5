import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROJECT = resolve(import.meta.dirname, '../..');
/** Linux counts processor time in hundredths of a second, whatever its own clock: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

/** A start of `npm start`. */
export type Start = {
  /** From the command to the line that says that it is up. */
  readySeconds: number;
  /** Of npm, of the embedded cloud with its Postgres, and of what they had run by then. 0 where there is no /proc. */
  cpuSeconds: number;
};

/**
 * Runs `npm start` with one order, until it has reconciled.
 *
 * @throws Error with what it printed, where it does not come up, or does not end well
 */
export async function startOnce(): Promise<Start> {
  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-npm-start-'));
  const args = ['start', '--', '--port', '0', '--aws-port', '0', '--exit', '--count', '1'];
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const start = performance.now();
  const npm = spawn('npm', args, {
    cwd: PROJECT,
    env: { ...env, ORDER_PIPELINE_LOCAL_DIR: directory },
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
    npm.kill();
    await exited;
    await rm(directory, { recursive: true });
  }
}

/** Of a process, of those that it started, and of those that they have waited for. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  // The name in parentheses may hold anything; utime, stime, cutime and cstime are the 14th to 17th field.
  const fields = (await read('stat')).split(') ').at(-1)?.split(' ').slice(11, 15) ?? [];
  const own = fields.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
  const children = (await read(`task/${pid}/children`)).split(' ').filter(Boolean).map(Number);
  const theirs = await Promise.all(children.map(cpuSecondsOf));
  return theirs.reduce((sum, seconds) => sum + seconds, own);
}
