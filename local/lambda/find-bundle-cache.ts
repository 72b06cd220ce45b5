import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/functions');

/**
 * Where the functions' bundles are kept from one start to the next: gone with `node_modules`, or, where packages cannot be written
 * beside, in the folder of this embedded cloud.
 */
export async function findBundleCache(localDirectory: string): Promise<string> {
  try {
    await mkdir(CACHE, { recursive: true });
    await access(CACHE, constants.W_OK);
    return CACHE;
  } catch {
    return join(localDirectory, 'functions');
  }
}
