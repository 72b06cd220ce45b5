import type { Examination, Finding } from './examine.ts';

/** Applies a style to a text. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

/**
 * Formats an examination: each rule with the number of places checked, then the findings.
 *
 * @param title Name of the template.
 */
export function report(title: string, { rules, findings }: Examination, paint: Paint): string {
  const width = Math.max(...rules.map(({ id }) => id.length));
  const lines = rules.map(({ id, title: rule, places }) => {
    const count = findings.filter((finding) => finding.rule === id).length;
    const checked = places > 0 ? String(places) : 'none';
    const mark = count > 0 ? paint('red', '✗') : places > 0 ? paint('green', '✓') : paint('yellow', '-');
    return `  ${mark} ${id.padEnd(width)}  ${checked.padStart(6)}  ${rule}`;
  });
  const summary =
    findings.length > 0 ? paint('red', `Findings: ${findings.length}.`) : paint('green', 'No findings.');
  const header = `${title}\n\n    ${'rule'.padEnd(width)}  places`;
  return `${[header, ...lines].join('\n')}\n\n${describe(findings, paint)}${summary}\n`;
}

function describe(findings: readonly Finding[], paint: Paint): string {
  const groups = Map.groupBy(findings, ({ rule, page }) => `${rule} ${page}`);
  return [...groups.values()]
    .map((group) => {
      const [{ rule, page } = { rule: '', page: '' }] = group;
      const places = group.map(
        ({ place, value, expected }) =>
          `  ${place}\n    is        ${paint('red', value)}\n    should be ${expected}\n`,
      );
      return `${paint('bold', rule)}  ${paint('dim', page)}\n${places.join('')}\n`;
    })
    .join('');
}
