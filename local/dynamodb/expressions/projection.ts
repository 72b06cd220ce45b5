import { attributeOf, type Item, setAttribute, type Value } from '../values.ts';
import { type Path, parsePath } from './path.ts';
import type { TokenReader } from './token-reader.ts';

export function parseProjection(reader: TokenReader): Path[] {
  const paths = [parsePath(reader)];
  while (reader.accept(',')) paths.push(parsePath(reader));
  return paths;
}

/** The rest of each path by its first step; undefined selects the whole value. */
export interface Projection extends Map<string | number, Projection | undefined> {}

/** Merges paths into a projection. The paths must have no placeholders and must not overlap. */
export function toProjection(paths: readonly Path[]): Projection {
  const projection: Projection = new Map();
  for (const path of paths) {
    let level = projection;
    for (const [position, step] of path.entries()) {
      if (position === path.length - 1) {
        level.set(step, undefined);
        break;
      }
      const deeper: Projection = level.get(step) ?? new Map();
      level.set(step, deeper);
      level = deeper;
    }
  }
  return projection;
}

/** Returns the projected attributes that an item has. */
export function project(item: Item, projection: Projection): Item {
  const projected: Item = {};
  for (const [name, deeper] of projection) {
    const value = attributeOf(item, String(name));
    const part = value && projectValue(value, deeper);
    if (part) setAttribute(projected, String(name), part);
  }
  return projected;
}

function projectValue(value: Value, projection: Projection | undefined): Value | undefined {
  if (!projection) return value;
  if (value.M) {
    const M = project(value.M, projection);
    return Object.keys(M).length > 0 ? { M } : undefined;
  }
  const L = value.L?.flatMap((element, index) => {
    const part = projection.has(index) ? projectValue(element, projection.get(index)) : undefined;
    return part ? [part] : [];
  });
  return L && L.length > 0 ? { L } : undefined;
}
