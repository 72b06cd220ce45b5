import { resultKey } from './result-key.ts';

/** Parts whose receipts are merged into one: as many as one listing names. */
export const GROUP_PARTS = 1_000;

const LONGEST_NAME = 'receipts/0000/0000001.json';

/** Where the outcomes of the parts of one upload are, in the results bucket: under `<key>.parts/<run>/`. */
export interface PartKeys {
  /** Of a part, from 1. */
  receipt(part: number): string;
  rejected(part: number): string;
  /** What the receipts of a group's parts begin with; groups count from 0. */
  receiptsOf(group: number): string;
  /** The receipts of a group's parts, merged. */
  group(group: number): string;
  /** What the keys of groups begin with. */
  groups: string;
}

export function partKeys(key: string, run: string): PartKeys {
  // The longest name is counted in, so that all of them begin alike where the key has to be cut.
  const begin = resultKey(key, `.parts/${run}/${LONGEST_NAME}`).slice(0, -LONGEST_NAME.length);
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  const receiptsOf = (group: number) => `${begin}receipts/${digits(group, 4)}/`;
  const groups = `${begin}groups/`;
  return {
    receipt: (part) => `${receiptsOf(groupOf(part))}${digits(part, 7)}.json`,
    rejected: (part) => `${begin}rejected/${digits(part, 7)}.ndjson`,
    receiptsOf,
    group: (group) => `${groups}${digits(group, 4)}.json`,
    groups,
  };
}

/** The group of a part. */
export function groupOf(part: number): number {
  return Math.floor((part - 1) / GROUP_PARTS);
}
