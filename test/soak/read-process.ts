import { readdir, readFile } from 'node:fs/promises';

/** What the kernel knows of a process. Memory in bytes. */
export interface ProcessUse {
  /** Resident memory. */
  rss: number;
  /** Open files, sockets and pipes. */
  handles: number;
  threads: number;
}

/** @throws Error where there is no `/proc`, which is Linux's */
export async function readProcess(pid: number): Promise<ProcessUse> {
  const [status, handles] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { rss: field('VmRSS') * 1_024, handles: handles.length, threads: field('Threads') };
}
