import { chown, mkdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

/** A user of the operating system. */
export interface User {
  uid: number;
  gid: number;
}

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/postgres');

/**
 * Returns the path of the archive from which new clusters are created. The first start writes it. Each version of Postgres has
 * its own archive, which is removed with `node_modules`.
 *
 * @param native Folder of the binaries. The path is relative to it, because the server's user may not be able to
 *   enter its parents.
 * @param user Owner of the archive's folder. Default: this process's user.
 */
export async function findTemplate(native: string, user: User | undefined): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '../package.json'), 'utf8'));
  // If `node_modules` is read-only, there is no archive, and each cluster is created from scratch.
  await makeCache(user).catch(() => undefined);
  return relative(native, join(CACHE, `cluster-${version}.tar`));
}

async function makeCache(user: User | undefined): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  if (user) await chown(CACHE, user.uid, user.gid);
}
