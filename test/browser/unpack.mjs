/*
 * Unpacks npm's Chromium, its libraries and its font into the temporary folder (TMPDIR), about 300 MB in 8 s:
 * TMPDIR=FOLDER node test/browser/unpack.mjs
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';

const archives = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../bin');
await mkdir(tmpdir(), { recursive: true });
await Promise.all(
  ['chromium.br', 'al2023.tar.br', 'fonts.tar.br'].map((archive) => inflate(join(archives, archive))),
);

// The package's own configuration looks for the font in /tmp. Without any font, Chromium crashes at the first text field.
await writeFile(
  join(tmpdir(), 'fonts/fonts.conf'),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`,
);
