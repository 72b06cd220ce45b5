import type { Entry } from './entry.ts';

/** Keys of objects that are there, each with one good order in it. */
export const keys: Entry<string, { receipt: 'beside it' | 'under a shortened key' }>[] = (
  [
    ['up two folders', '../../x.ndjson'],
    ['up a folder in the middle', 'a/../b.ndjson'],
    ['the folder itself', './c.ndjson'],
    ['a slash first', '/d.ndjson'],
    ['two slashes', 'e//f.ndjson'],
    ['back slashes', '..\\..\\g.ndjson'],
    ['a drive', 'C:\\h.ndjson'],
    ['an encoded slash', 'i%2Fj.ndjson'],
    ['an encoded dot', '%2e%2e/k.ndjson'],
    ['encoded twice', 'l%252Fm.ndjson'],
    ['a percent sign alone', '100%.ndjson'],
    ['blanks and plus signs', 'n + o  p.ndjson'],
    ['a blank at each end', ' q.ndjson '],
    ['letters beyond ASCII', 'Bestellungen/Müller/李.ndjson'],
    ['an emoji', '🫖.ndjson'],
    ['NFD', 'é.ndjson'.normalize('NFD')],
    ['a right-to-left override', 'r\u202enosjdn.exe'],
    ['a question mark and a hash', 's?versionId=1#t.ndjson'],
    ['quotes and angle brackets', '"><script>\'u.ndjson'],
    ['a command', '$(touch v); `w`|x&.ndjson'],
    ['a line break', 'y\nSet-Cookie: z.ndjson'],
    ['an escape sequence', '\u001b[31m.ndjson'],
    ['the name of rejected rows', 'orders.ndjson.rejected.ndjson'],
    ['the name of a receipt', 'orders.ndjson.receipt.json'],
    ['a slash last', 'folder/'],
    ['__proto__', '__proto__'],
    ['all the arguments of S3 Select', '?select&select-type=2'],
    ['1,011 bytes, the most that leave room for .receipt.json', 'k'.repeat(1_011)],
  ] as const
)
  .map(([name, input]): (typeof keys)[number] => ({
    name: `key: ${name}`,
    input,
    expected: { receipt: 'beside it' },
  }))
  .concat(
    { name: 'key: 1,024 bytes', input: 'z'.repeat(1_024), expected: { receipt: 'under a shortened key' } },
    {
      name: 'key: 1,024 bytes, cut in the middle of a letter',
      input: '李'.repeat(341),
      expected: { receipt: 'under a shortened key' },
    },
  );
