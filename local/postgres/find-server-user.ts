import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface User {
  uid: number;
  gid: number;
}

/**
 * Whom the server runs as: Postgres refuses to run as root, and then it runs as the user `postgres`, or `nobody` where
 * there is none. `undefined` is for whoever we are ourselves.
 */
export async function findServerUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return findUser('postgres').catch(() => findUser('nobody'));
}

async function findUser(name: string): Promise<User> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((which) => run('id', [which, name])));
  // macOS writes nobody's -2 as 4294967294, which is not what setuid is given.
  return { uid: Number(uid?.stdout) | 0, gid: Number(gid?.stdout) | 0 };
}
