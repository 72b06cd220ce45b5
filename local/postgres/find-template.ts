import { chown, mkdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { User } from './find-server-user.ts';

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/postgres');

/**
 * Where the archive of a new cluster is, or is to be: of one version of Postgres, and gone with `node_modules`.
 *
 * @param native folder of the binaries, which the path is relative to: the server's user may not be able to enter all above it
 * @param user whose the folder is to be; ours where it is left out
 */
export async function findTemplate(native: string, user: User | undefined): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '../package.json'), 'utf8'));
  // Where packages cannot be written beside, each cluster is made from scratch.
  await makeCache(user).catch(() => undefined);
  return relative(native, join(CACHE, `cluster-${version}.tar`));
}

async function makeCache(user: User | undefined): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  if (user) await chown(CACHE, user.uid, user.gid);
}
