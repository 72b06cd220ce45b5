/** For options that may be repeated, one value each. */
export const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];
