import type { Entry } from './entry.ts';

/** Keys of existing objects. Each contains one valid order. */
export const keys: Entry<string, { receipt: 'next to the file' | 'under a shortened key' }>[] = (
  [
    ['a path up two folders', '../../x.ndjson'],
    ['a path up one folder in the middle', 'a/../b.ndjson'],
    ['the current folder', './c.ndjson'],
    ['a leading slash', '/d.ndjson'],
    ['two slashes', 'e//f.ndjson'],
    ['backslashes', '..\\..\\g.ndjson'],
    ['a drive letter', 'C:\\h.ndjson'],
    ['an encoded slash', 'i%2Fj.ndjson'],
    ['an encoded dot', '%2e%2e/k.ndjson'],
    ['a slash encoded twice', 'l%252Fm.ndjson'],
    ['a percent sign alone', '100%.ndjson'],
    ['spaces and plus signs', 'n + o  p.ndjson'],
    ['leading and trailing spaces', ' q.ndjson '],
    ['non-ASCII letters', 'Bestellungen/Müller/李.ndjson'],
    ['an emoji', '🫖.ndjson'],
    ['decomposed letters (NFD)', 'é.ndjson'.normalize('NFD')],
    ['a right-to-left override', 'r\u202enosjdn.exe'],
    ['a question mark and a hash', 's?versionId=1#t.ndjson'],
    ['quotes and angle brackets', '"><script>\'u.ndjson'],
    ['a command', '$(touch v); `w`|x&.ndjson'],
    ['a line break', 'y\nSet-Cookie: z.ndjson'],
    ['an escape sequence', '\u001b[31m.ndjson'],
    ['the name of rejected rows', 'orders.ndjson.rejected.ndjson'],
    ['the name of a receipt', 'orders.ndjson.receipt.json'],
    ['a trailing slash', 'folder/'],
    ['__proto__', '__proto__'],
    ['the parameters of S3 Select', '?select&select-type=2'],
    ['1,011 bytes, the maximum that leaves room for .receipt.json', 'k'.repeat(1_011)],
  ] as const
)
  .map(([name, input]): (typeof keys)[number] => ({
    name: `key: ${name}`,
    input,
    expected: { receipt: 'next to the file' },
  }))
  .concat(
    { name: 'key: 1,024 bytes', input: 'z'.repeat(1_024), expected: { receipt: 'under a shortened key' } },
    {
      name: 'key: 1,024 bytes, truncated within a character',
      input: '李'.repeat(341),
      expected: { receipt: 'under a shortened key' },
    },
  );
