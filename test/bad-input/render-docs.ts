import { printable } from '../../lib/text.ts';
import { corpus } from './corpus.ts';

const INTRO = `# Bad input

For developers and reviewers who want to know what happens to a specific invalid message, file or request. This page is
generated: \`node test/bad-input/write-docs.ts\` lists the inputs of \`test/bad-input/\` with the outcome that a test checks for
each. To change it, edit the entries there.

The tests also check for all inputs:

- Each input has exactly the outcome below: a response with the reason, a rejected row, a receipt or a dead letter.
- Valid orders in the same batch, and after it, are processed.
- Memory and time are bounded, even for files that unpack to 1 GiB.
- Neither responses nor logs contain customer data or internals of the program.
`;

/** Renders \`docs/bad-input.md\` from the corpus. */
export function renderDocs(): string {
  const total = corpus.reduce((sum, { entries }) => sum + entries.length, 0);
  const overview = corpus.map(({ title, entries }) => `| ${title} | ${entries.length} |`);
  const tables = corpus.map(({ title, intro, entries }) => {
    const rows = entries.map(({ name, outcome }) => `| ${cell(name)} | ${cell(outcome)} |`);
    return `\n## ${title}\n\n${intro}\n\n| input | outcome |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `${INTRO}\n| section | inputs |\n|---|---|\n${overview.join('\n')}\n| all | ${total} |\n${tables.join('')}`;
}

/** Escapes text for a cell of a Markdown table. */
const cell = (text: string): string =>
  printable(text).replace(
    /[\\`*{}[\]<>#|~$]|_(?=_)|(?<=_)_/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
