import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');

/** Every Markdown page of a folder, from the project's root. */
const pagesIn = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.md'));

const docs = pagesIn('docs');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...docs,
  ...pagesIn('examples'),
  ...pagesIn('.github'),
];

/** Returns the text of a page without its code blocks. */
const proseOf = (page: string): string =>
  readFileSync(join(PROJECT, page), 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** The targets of a page's links and pictures that are files of the project. */
const linksOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));

/** Returns what is wrong with a link; undefined if its target exists. */
function findFault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(PROJECT, resolve(PROJECT, dirname(page), path));
  if (!existsSync(join(PROJECT, target))) return `${link}: no such file`;
  if (anchor === undefined || statSync(join(PROJECT, target)).isDirectory()) return undefined;
  return anchorsOf(target).includes(anchor) ? undefined : `${link}: no such heading`;
}

describe.each(pages)('%s', (page) => {
  it('links files and headings that exist', () => {
    expect(linksOf(page).flatMap((link) => findFault(page, link) ?? [])).toEqual([]);
  });
});

/** Files that name pages in comments and texts, from the project's root. */
const sources = readdirSync(PROJECT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^\.|^(coverage|dist|docs|node_modules)$/.test(entry.name))
  .flatMap(({ name }) =>
    readdirSync(join(PROJECT, name), { recursive: true, encoding: 'utf8' }).map((path) => join(name, path)),
  )
  .concat('serverless.yml', 'topology.ts')
  .filter((path) => /\.(ts|tsx|cjs|yml|json|sh)$/.test(path) && !path.includes('node_modules'));

describe('the code', () => {
  it('names only pages that exist', () => {
    const named = sources.flatMap((path) =>
      [...readFileSync(join(PROJECT, path), 'utf8').matchAll(/\bdocs\/[\w/-]+\.(?:md|svg|json)\b/g)].map(
        ([page]) => page,
      ),
    );
    expect(named).toContain('docs/runbook.md');
    expect([...new Set(named)].filter((page) => !existsSync(join(PROJECT, page)))).toEqual([]);
  });
});

describe('the index of the docs', () => {
  it('lists every page of docs/', () => {
    const listed = linksOf('docs/README.md').map((link) => join('docs', link));
    const wanted = docs.filter((page) => dirname(page) === 'docs' && page !== 'docs/README.md');
    expect(wanted.filter((page) => !listed.includes(page))).toEqual([]);
    expect(listed).toContain('docs/decisions/README.md');
  });

  it('lists every decision', () => {
    const listed = linksOf('docs/decisions/README.md').map((link) => join('docs/decisions', link));
    const wanted = docs.filter((page) => /^docs\/decisions\/\d{3}-/.test(page));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((page) => !listed.includes(page))).toEqual([]);
  });
});

describe('README', () => {
  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    const named = [...readFileSync(join(PROJECT, 'README.md'), 'utf8').matchAll(/npm run ([\w:-]+)/g)];
    expect(named.length).toBeGreaterThan(0);
    expect(named.flatMap(([, name = '']) => (name in scripts ? [] : name))).toEqual([]);
  });
});
