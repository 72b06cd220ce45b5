import { printable } from '../../lib/text.ts';
import { corpus } from './corpus.ts';

const INTRO = `# Bad input

What callers, files and messages may try, and what becomes of it. Whatever comes in, this holds:

- it has one of the outcomes below, and no other: an answer with its reason, a rejected row, a receipt, a dead letter;
- what comes beside it, and after it, goes through;
- memory and time are bounded, also for files that unpack to a gigabyte;
- neither an answer nor a log gives away what customers sent, or the inside of the program.

Each line is an entry of \`test/bad-input/\`, where a test sends it and compares; \`node test/bad-input/write-docs.ts\` writes this
page, and a test fails when it is not up to date.
`;

/** \`docs/bad-input.md\`, from the corpus. */
export function renderDocs(): string {
  const total = corpus.reduce((sum, { entries }) => sum + entries.length, 0);
  const overview = corpus.map(({ title, entries }) => `| ${title} | ${entries.length} |`);
  const tables = corpus.map(({ title, intro, entries }) => {
    const rows = entries.map(({ name, outcome }) => `| ${cell(name)} | ${cell(outcome)} |`);
    return `\n## ${title}\n\n${intro}\n\n| input | outcome |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `${INTRO}\n| | entries |\n|---|---|\n${overview.join('\n')}\n| all | ${total} |\n${tables.join('')}`;
}

/** Text in a table of Markdown that is shown as it is. */
const cell = (text: string): string =>
  printable(text).replace(
    /[\\`*{}[\]<>#|~$]|_(?=_)|(?<=_)_/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
