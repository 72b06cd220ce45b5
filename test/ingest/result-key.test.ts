import { describe, expect, it } from 'vitest';
import { resultKey } from '../../lib/ingest/receipt.ts';

describe('resultKey', () => {
  it('appends the ending to the key of the order file, up to 1,024 bytes', () => {
    expect(resultKey('a b/ü.csv', '.receipt.json')).toBe('a b/ü.csv.receipt.json');
    const longest = 'x'.repeat(1_024 - '.receipt.json'.length);
    expect(resultKey(longest, '.receipt.json')).toBe(`${longest}.receipt.json`);
  });

  it('cuts a longer key between characters, and keeps it unique', () => {
    const keys = ['a', 'b'].map((last) => resultKey(`${'ü'.repeat(511)}${last}`, '.rejected.ndjson'));
    for (const key of keys) {
      expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1_024);
      expect(key).toMatch(/^ü+-[0-9a-f]{64}\.rejected\.ndjson$/);
    }
    expect(keys[0]).not.toBe(keys[1]);
  });
});
