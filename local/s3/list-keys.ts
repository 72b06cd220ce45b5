import { after, afterPrefix, fromBytes, type SortedKeys, toBytes } from './sorted-keys.ts';

/** A page of a listing to read. */
export interface PageRequest {
  prefix: string;
  /** Empty for none. */
  delimiter: string;
  /** Key or common prefix after which the page begins. Empty for the first page. */
  startAfter: string;
  maxKeys: number;
}

export interface Page {
  keys: string[];
  /** Beginnings of keys up to the delimiter, each once across all pages. */
  commonPrefixes: string[];
  /** The page's last key or common prefix, if there are more. */
  next?: string;
}

/** Reads a page of keys in the order of their UTF-8 bytes. Jumps over the keys of each common prefix. */
export function listKeys(sorted: SortedKeys, request: PageRequest): Page {
  const prefix = toBytes(request.prefix);
  const delimiter = toBytes(request.delimiter);
  const startAfter = toBytes(request.startAfter);
  const page: Page = { keys: [], commonPrefixes: [] };
  let room = request.maxKeys;
  if (room === 0) return page;
  let from = startAfter >= prefix ? after(startAfter) : prefix;
  let last = '';
  for (let key = sorted.ceiling(from); key?.startsWith(prefix); key = sorted.ceiling(from)) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const commonPrefix = end === -1 ? undefined : key.slice(0, end + delimiter.length);
    from = commonPrefix === undefined ? after(key) : afterPrefix(commonPrefix);
    // An earlier page contains it.
    if (commonPrefix !== undefined && startAfter.startsWith(commonPrefix)) continue;
    if (room-- === 0) return { ...page, next: fromBytes(last) };
    last = commonPrefix ?? key;
    if (commonPrefix === undefined) page.keys.push(fromBytes(key));
    else page.commonPrefixes.push(fromBytes(commonPrefix));
  }
  return page;
}
