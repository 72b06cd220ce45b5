import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../lib/json.ts';

/** A right of a role, as `npm start` writes it to `.local/rights.json`. */
const grant = z.object({
  role: z.string(),
  place: z.string(),
  action: z.string(),
  resource: z.string(),
  used: z.boolean(),
});
type Grant = z.output<typeof grant>;

/** A right that no request of a run used. */
export interface UnusedRight extends Omit<Grant, 'used'> {
  /** `serverless.yml:312`; undefined for rights that a plugin of npm adds. */
  source: string | undefined;
  /** Why the role has it nevertheless, from a comment beside it. */
  reason: string | undefined;
}

const PROJECT = resolve(import.meta.dirname, '../..');

/** Actions of services that the embedded cloud does not have, so no run can use them. */
const NOT_EMBEDDED = /^(cloudformation|logs|xray):/;

/** Begins the reason in a comment above the statement, or behind the action. */
const REASON = /#\s*Unused in the embedded cloud: (.+)/;
/** Action in a reason, such as `s3:AbortMultipartUpload`. */
const NAMED_ACTION = /\b[a-z0-9-]+:[A-Z]\w+/g;

/**
 * Reads the rights that a run granted and never used, except those of services that the embedded cloud does not have.
 *
 * @param file File that `npm start` wrote.
 * @throws Error if the file cannot be read or has another form
 */
export async function readUnusedRights(file: string): Promise<UnusedRight[]> {
  const grants = z.array(grant).safeParse(parseJson(await readFile(file, 'utf8')));
  if (!grants.success)
    throw new Error(
      `${file}: must be the rights.json of an ended npm start: ${z.prettifyError(grants.error)}`,
    );
  return findUnused(grants.data, await readSources());
}

/** @param sources Texts of files that grant rights, by path. */
export function findUnused(grants: readonly Grant[], sources: ReadonlyMap<string, string>): UnusedRight[] {
  return grants
    .filter(({ used, action }) => !used && !NOT_EMBEDDED.test(action))
    .map(({ used, ...right }) => {
      const found = findSource(right, grants, sources);
      return { ...right, source: found && `${found.file}:${found.line + 1}`, reason: found?.reason };
    });
}

/** Formats unused rights by role. */
export function renderUnused(rights: readonly UnusedRight[]): string {
  if (rights.length === 0) return 'Every right was used.\n';
  const byRole = Map.groupBy(rights, ({ role }) => role);
  return [...byRole]
    .map(([role, unused]) => {
      const lines = unused.map(({ action, resource, source = 'a plugin', reason }) => {
        const why = reason ? `, unused because ${reason}` : '';
        return `  ${action} on ${resource}\n    granted by ${source}${why}\n`;
      });
      return `${role}\n${lines.join('')}`;
    })
    .join('\n');
}

async function readSources(): Promise<Map<string, string>> {
  const resources = (await readdir(join(PROJECT, 'resources'))).map((name) => `resources/${name}`);
  const plugins = (await readdir(join(PROJECT, 'plugins'))).map((name) => `plugins/${name}`);
  const paths = ['serverless.yml', ...resources, ...plugins].filter((path) => /\.(yml|cjs)$/.test(path));
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path, await readFile(join(PROJECT, path), 'utf8')] as const),
    ),
  );
}

/** Finds the line that grants a right, and the reason beside it. */
function findSource(
  { place, action }: Pick<Grant, 'place' | 'action'>,
  grants: readonly Grant[],
  sources: ReadonlyMap<string, string>,
): { file: string; line: number; reason: string | undefined } | undefined {
  const [owner = ''] = place.split('.');
  // A role's function is `consumer`, other resources have their logical ids.
  const block = owner.replace(
    /^(\w)(.*)IamRoleLambdaExecution$/,
    (_, first, rest) => first.toLowerCase() + rest,
  );
  // The same action may be granted several times, on different resources and in this order.
  const same = grants.filter((other) => other.action === action && other.place.split('.')[0] === owner);
  const index = [...new Set(same.map((other) => other.place))].indexOf(place);
  const mention = new RegExp(`(?<![\\w:])${RegExp.escape(action)}(?![\\w*])`);
  for (const [file, text] of sources) {
    const lines = text.split('\n');
    const mentions = linesOf(lines, block).filter((line) =>
      mention.test(lines[line]?.replace(/#.*/, '') ?? ''),
    );
    const line = mentions[index] ?? mentions.at(-1);
    if (line !== undefined) return { file, line, reason: reasonBeside(lines, line, action) };
  }
  for (const [file, text] of sources) {
    if (!file.startsWith('plugins/')) continue;
    const line = text.split('\n').findIndex((each) => each.includes(`'${action}'`));
    if (line >= 0) return { file, line, reason: undefined };
  }
  return undefined;
}

/** Returns the numbers of the lines of a YAML block, by its key. */
function linesOf(lines: readonly string[], key: string): number[] {
  const starts = lines.flatMap((line, index) =>
    line.trim().replace(/^- /, '') === `${key}:` ? [index] : [],
  );
  return starts.flatMap((start) => {
    const indent = indentOf(lines[start] ?? '');
    const numbers: number[] = [];
    let inStatements = false;
    for (let line = start + 1; line < lines.length; line++) {
      const text = lines[line] ?? '';
      if (text.trim() !== '' && indentOf(text) <= indent) break;
      // Before its statements, a block may name actions elsewhere.
      inStatements ||= /^\s*(iamRoleStatements|Statement):/.test(text);
      if (inStatements) numbers.push(line);
    }
    return numbers;
  });
}

const indentOf = (line: string): number => line.replace(/^( *)- /, '$1  ').search(/\S/);

function reasonBeside(lines: readonly string[], line: number, action: string): string | undefined {
  const own = reasonIn(lines[line], action);
  if (own) return own;
  let above = line;
  while (above > 0 && !/^\s*- Effect:/.test(lines[above] ?? '')) above--;
  for (above--; /^\s*#/.test(lines[above] ?? ''); above--) {
    const reason = reasonIn(lines[above], action);
    if (reason) return reason;
  }
  return undefined;
}

/** Returns the reason in a line. A reason that names actions is not the reason of any other action. */
function reasonIn(line = '', action: string): string | undefined {
  const [, reason] = REASON.exec(line) ?? [];
  const named = reason?.match(NAMED_ACTION);
  return named?.includes(action) === false ? undefined : reason;
}
