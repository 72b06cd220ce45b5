/** What is at a path such as `ScalingConfig.MaximumConcurrency`; undefined where the path ends early. */
export const readProperty = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((outer, key) => (outer as Record<string, unknown> | undefined)?.[key], value);

/** A number, also one that came from the command line as text; NaN where it is something else. */
export const readNumber = (value: unknown, otherwise: number): number => {
  if (value === undefined) return otherwise;
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
};

/** A property that may be a list, one value, or left out. */
export const readList = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());
