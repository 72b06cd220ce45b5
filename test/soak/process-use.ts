import { readdir, readFile } from 'node:fs/promises';

/** The resources that a process uses, as the kernel counts them. Memory in bytes. */
export interface ProcessUse {
  /** Resident memory. */
  rss: number;
  /** Open files, sockets and pipes. */
  handles: number;
  threads: number;
}

/** @throws Error if there is no `/proc` (Linux only) */
export async function readProcess(pid: number): Promise<ProcessUse> {
  const [status, handles] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { rss: field('VmRSS') * 1_024, handles: handles.length, threads: field('Threads') };
}

/**
 * Returns the memory of all Postgres processes of a port, in bytes. Shared memory counts once, since each process reports its
 * proportional share (`Pss`).
 */
export async function readPostgresMemory(databaseUrl: string): Promise<number> {
  const option = `port=${new URL(databaseUrl).port}\0`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // Only the server has the port in its command line. Its child processes are found by their parent.
  const servers = await Promise.all(
    pids.map(async (pid) => ((await read(pid, 'cmdline')).includes(option) ? [pid] : [])),
  );
  const server = new Set(servers.flat());
  const shares = await Promise.all(
    pids.map(async (pid) => {
      const [, parent = ''] = (await read(pid, 'status')).match(/^PPid:\s+(\d+)/m) ?? [];
      if (!server.has(pid) && !server.has(parent)) return 0;
      const [, share = 0] = (await read(pid, 'smaps_rollup')).match(/^Pss:\s+(\d+)/m) ?? [];
      return Number(share) * 1_024;
    }),
  );
  return shares.reduce((sum, share) => sum + share, 0);
}

/** Returns an empty string if the process has ended. */
const read = (pid: string, file: string): Promise<string> =>
  readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
