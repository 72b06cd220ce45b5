import { DatabaseError } from '../errors.ts';
import type { SqlParameters } from './database.ts';

/** What may hold a colon that starts no parameter: texts, quoted names, comments, function bodies and `::`. */
const NOT_A_PARAMETER = [/'[^']*'/, /"[^"]*"/, /--[^\n]*/, /\/\*[\s\S]*?\*\//, /(\$\w*\$)[\s\S]*?\1/, /::/];
const TOKENS = new RegExp(
  [...NOT_A_PARAMETER, /:(?<name>[a-z_]\w*)/].map(({ source }) => source).join('|'),
  'gi',
);

/** Writes something else for each `:name` of a statement. */
export function replaceParameters(sql: string, write: (name: string) => string): string {
  return sql.replace(TOKENS, (token, ...rest) => {
    const { name } = rest.at(-1) as { name?: string };
    return name === undefined ? token : write(name);
  });
}

/**
 * Makes sure that a statement's parameters are those that it names.
 *
 * @throws DatabaseError `parameter_mismatch` that names what is missing and what is not used
 */
export function checkParameters(sql: string, parameters: SqlParameters): void {
  const named = new Set<string>();
  replaceParameters(sql, (name) => {
    named.add(name);
    return '';
  });
  const given = new Set(Object.keys(parameters));
  const listed = (names: Set<string>) => [...names].map((name) => `:${name}`).join(', ') || 'none';
  if (named.symmetricDifference(given).size > 0) {
    const message = `parameters: must be those of the statement, ${listed(named)}, received ${listed(given)}`;
    throw new DatabaseError('parameter_mismatch', message, false);
  }
}
